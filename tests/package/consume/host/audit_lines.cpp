// A refusal that comes too often: written ten times, then counted.
#include <ekauth/audit.hpp>

namespace {

class counter final : public ekauth::audit::sink {
 public:
  void write(const ekauth::audit::event& what) noexcept override {
    ++lines;
    if (what.suppressed) counted = what.count;
    text = ekauth::audit::line(what).text().size();
  }
  std::size_t lines = 0, text = 0;
  std::uint64_t counted = 0;
};

}  // namespace

int main() {
  using namespace ekauth;
  counter trail;
  {
    audit::flood_control events(trail);
    for (int i = 0; i < 15; ++i)
      events.write({.what = audit::kind::auth_failed, .at = now(), .code = errc::key_unknown});
  }
  return trail.lines == 11 && trail.counted == 5 && trail.text > 0 ? 0 : 1;
}
