// A list is saved in a store of the host's own, and decides who comes in.
#include <ekauth/allowlists.hpp>
#include <ekauth/run.hpp>

namespace {

using namespace ekauth;

class one_list final : public allowlists::store {
 public:
  result<allowlists::find::reply> answer(const allowlists::find&) override {
    if (!row_) return allowlists::find::reply{};
    return allowlists::find::reply{.account = {.version = row_->version, .row = row_}, .key = {}};
  }
  result<allowlists::save::reply> answer(const allowlists::save& request) override {
    row_ = request.row;
    row_->version = request.expected + 1;
    return true;
  }

 private:
  std::optional<allowlists::record> row_;
};

}  // namespace

int main() {
  const auto lists = allowlists::service::make();
  const auto inside = cidr::address::parse("192.0.2.77"), outside = cidr::address::parse("192.0.3.1");
  if (!lists || !inside || !outside) return 1;
  one_list store;
  const allowlists::holder account{subject_id{"acc_1"}};
  if (!run(lists->save(account, {.entries = {{"192.0.2.0/24"}}, .enabled = true}, now()), store)) return 2;
  if (!run(lists->check(account, *inside, now()), store)) return 3;
  return run(lists->check(account, *outside, now()), store) ? 4 : 0;
}
