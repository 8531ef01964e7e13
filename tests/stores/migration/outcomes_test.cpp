// What credentials and allowlists of release 0.1 are answered by today's services.
#include <ekauth/allowlists.hpp>
#include <ekauth/keys.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include "migration/old_stores.hpp"
#include "migration/tokens.hpp"

using namespace ekauth;
using old::on_each;
using tokens::written;

namespace {

template <class Answer>
std::string outcome_of(const result<Answer>& answer) {
  return answer ? "ok" : std::string(name(answer.error().code()));
}

keys::service key_service() {
  constexpr scope::registry scopes{
      {"events:read"}, {"events:write"}, {"reports:read"}, {"full_access", scope::kind::superuser}};
  return *keys::service::make(written().roots, scopes, {.accept_unkeyed = true});
}

}  // namespace

TEST_CASE("an API key of 0.1 is answered after a migration as it was before", "[migration]") {
  on_each([](const old::migrated& store) {
    const auto service = key_service();
    for (const tokens::use_of_key& use : written().uses_of_keys) {
      INFO(use.text);
      const auto proven = run(service.verify(use.text, {.now = written().now}), *store.there);
      CHECK(outcome_of(proven) == use.outcome);
      CHECK((proven ? proven->secret_number() : 0) == use.number);
    }
  });
}

TEST_CASE("a refresh token of 0.1 is answered after a migration as it was before", "[migration]") {
  on_each([](const old::migrated& store) {
    const auto service = *refresh::service::make(written().roots, refresh::strict());
    for (const tokens::use_of_token& use : written().uses_of_tokens) {
      INFO(use.text);
      const auto answer =
          run(service.refresh(use.text, {.now = written().now, .binding = use.binding}), *store.here);
      CHECK(outcome_of(answer) == use.outcome);
      if (use.outcome == "refresh_token_revoked") CHECK(answer.error().text() == use.reason);
      if (!answer) continue;
      CHECK(answer->kind == refresh::issue_kind::rotated);
      const auto moved = store.there->answer(refresh::find{answer->session});
      REQUIRE(moved.has_value());
      REQUIRE(moved->has_value());
      CHECK((*moved)->row.generation == use.generation + 1);
      const auto again =
          run(service.refresh(answer->token.expose(), {.now = written().now, .binding = use.binding}),
              *store.there);
      CHECK(outcome_of(again) == "ok");
    }
  });
}

TEST_CASE("an allowlist of 0.1 lets in after a migration whom it let in before", "[migration]") {
  on_each([](const old::migrated& store) {
    const auto service = *allowlists::service::make();
    for (const tokens::check& check : written().checks) {
      INFO(check.of.key.text() << " " << check.client.to_string());
      CHECK(outcome_of(run(service.check(check.of, check.client, written().now), *store.there)) ==
            check.outcome);
    }
  });
}
