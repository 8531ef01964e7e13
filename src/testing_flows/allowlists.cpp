#include <ekauth/allowlists.hpp>

#include "testing_flows/flows.hpp"

namespace ekauth::inline v1::testing_flows {

namespace {

using allowlists::find;
using allowlists::holder;

std::size_t entries_of(allowlists_trial& t, const holder& of) {
  const auto found = t.ask(find{of}).account;
  return found.row ? found.row->entries.size() : 0;
}

// Loses each answer of a save over a list of one entry, which leaves the old list or the new one, of two.
void lost_save_is_repeated(allowlists_trial& t) {
  const auto service = *allowlists::service::make();
  const auto edit = [](std::uint64_t expected, std::size_t entries) {
    allowlists::edit what{.entries = {{"192.0.2.7", "Office"}, {"198.51.100.0/24", "Home"}},
                          .enabled = true,
                          .expected = expected};
    what.entries.resize(entries);
    return what;
  };
  for (const lost how : {lost::before, lost::after}) {
    const holder of{t.subject(how == lost::before ? "before" : "after")};
    const auto first = run_on(t, service.save(of, edit(0, 1), t.at(0)));
    t.expect(first.has_value(), "a first save answered " + outcome(first));
    const auto second = run_losing(t, service.save(of, edit(1, 2), t.at(1)), 0, how);
    t.expect(second && !*second, "a save succeeded though its answer was lost");
    t.expect(entries_of(t, of) == (how == lost::before ? 1 : 2),
             "a lost save left something else than the old list or the new");
    const auto again = run_on(t, service.save(of, edit(1, 2), t.at(2)));
    t.expect(again.has_value() == (how == lost::before), "repeating a lost save answered " + outcome(again));
    t.expect(entries_of(t, of) == 2, "a lost save that was repeated left something else than the new list");
    const auto off = run_on(t, service.disable(of, t.at(-9)));
    t.expect(off && !off->enabled && off->version == 3, "switching a list off answered " + outcome(off));
  }
}

constexpr judge<allowlists::store> all[] = {
    {{"allowlists.flows.save",
      "A save whose answer was lost has happened as a whole or not at all, and can be repeated."},
     lost_save_is_repeated},
};

}  // namespace

allowlists_judges allowlists_clauses() { return all; }

}  // namespace ekauth::inline v1::testing_flows
