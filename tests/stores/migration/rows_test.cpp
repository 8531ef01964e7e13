// Each row of release 0.1, read by today's stores.
#include "migration/old_stores.hpp"
#include "migration/tokens.hpp"
#include "support/records.hpp"

using namespace records;
using old::answer;
using old::every_store;
using old::on_each;
using tokens::written;

namespace {

/// Rows of one subject in order of their ids.
template <class Row>
std::vector<Row> of_subject(const std::vector<Row>& all, const subject_id& subject) {
  std::vector<Row> found;
  for (const Row& row : all)
    if (row.granted.subject == subject) found.push_back(row);
  std::sort(found.begin(), found.end(), [](const Row& a, const Row& b) { return a.id.text() < b.id.text(); });
  return found;
}

/// All pages of two rows each, as one.
template <class List, class Id>
auto all_pages(every_store& db, const subject_id& subject, const Id& id_of) {
  typename List::reply all;
  for (List page{subject, {}, 2};;) {
    const auto found = answer(db, page);
    REQUIRE(found.size() <= 2);
    if (found.empty()) return all;
    page.after = id_of(found.back());
    all.insert(all.end(), found.begin(), found.end());
  }
}

std::vector<refresh::find::found> with_epoch(const std::vector<refresh::record>& rows) {
  std::vector<refresh::find::found> all;
  for (const refresh::record& row : rows) {
    const tokens::subject& subject = written().of(row.granted.subject);
    all.push_back({row, subject.epoch, subject.reason});
  }
  return all;
}

bool same_list(const allowlists::record& a, const allowlists::record& b) {
  return a.of == b.of && a.enabled == b.enabled && a.entries == b.entries && a.changed_at == b.changed_at &&
         a.version == b.version;
}

}  // namespace

TEST_CASE("the tokens of 0.1 are all read", "[migration]") {
  CHECK(written().noon == fixed::noon);
  CHECK(written().now == fixed::noon + std::chrono::hours(6));
  CHECK(written().roots.active() == '2');
  CHECK(written().subjects.size() == 4);
  CHECK(written().keys.size() == 13);
  CHECK(written().sessions.size() == 16);
  CHECK(written().lists.size() == 6);
  CHECK(written().uses_of_keys.size() == 20);
  CHECK(written().uses_of_tokens.size() == 19);
  CHECK(written().checks.size() == 15);
}

TEST_CASE("every key of 0.1 is found with its secrets, as it was written", "[migration]") {
  on_each([](const old::migrated& store) {
    for (every_store* const db : {store.here, store.there})
      for (const keys::record& row : written().keys) {
        INFO(row.id.text());
        const auto found = answer(*db, keys::find{row.id});
        REQUIRE(found.has_value());
        CHECK(same(*found, row));
      }
  });
}

TEST_CASE("the keys of a subject of 0.1 are listed, as they were written", "[migration]") {
  on_each([](const old::migrated& store) {
    for (const tokens::subject& subject : written().subjects) {
      const auto rows = of_subject(written().keys, subject.id);
      const auto listed = answer(*store.here, keys::list{subject.id, {}, 100});
      CHECK(same(listed, rows));
      const auto id_of = [](const keys::record& row) { return row.id; };
      CHECK(same(all_pages<keys::list>(*store.there, subject.id, id_of), rows));
    }
  });
}

TEST_CASE("every session of 0.1 is found with its subject's epoch, as it was written", "[migration]") {
  on_each([](const old::migrated& store) {
    for (every_store* const db : {store.here, store.there})
      for (const refresh::find::found& row : with_epoch(written().sessions)) {
        INFO(row.row.id.text());
        const auto found = answer(*db, refresh::find{row.row.id});
        REQUIRE(found.has_value());
        CHECK(same(*found, row));
      }
  });
}

TEST_CASE("the sessions of a subject of 0.1 are listed, as they were written", "[migration]") {
  on_each([](const old::migrated& store) {
    for (const tokens::subject& subject : written().subjects) {
      const auto rows = with_epoch(of_subject(written().sessions, subject.id));
      const auto listed = answer(*store.here, refresh::list{subject.id, {}, 100});
      CHECK(same(listed, rows));
      const auto id_of = [](const refresh::find::found& found) { return found.row.id; };
      CHECK(same(all_pages<refresh::list>(*store.there, subject.id, id_of), rows));
    }
  });
}

TEST_CASE("every subject of 0.1 has its epoch, and the time of its last change", "[migration]") {
  on_each([](const old::migrated& store) {
    for (const tokens::subject& subject : written().subjects) {
      for (every_store* const db : {store.here, store.there})
        CHECK(answer(*db, refresh::read_epoch{subject.id}) == subject.epoch);
      if (subject.changed_at)
        CHECK(store.changed_at(subject.id) == std::to_string(subject.changed_at->time_since_epoch().count()));
    }
  });
}

TEST_CASE("every allowlist of 0.1 is found with its entries, as it was written", "[migration]") {
  on_each([](const old::migrated& store) {
    for (every_store* const db : {store.here, store.there})
      for (const allowlists::record& list : written().lists) {
        INFO(list.of.key.text());
        const auto found = answer(*db, allowlists::find{list.of});
        const auto& answer = list.of.key.empty() ? found.account : found.key;
        REQUIRE(answer.row.has_value());
        CHECK(answer.version == list.version);
        CHECK(same_list(*answer.row, list));
      }
  });
}

TEST_CASE("a subject of 0.1 without an allowlist has none after a migration", "[migration]") {
  on_each([](const old::migrated& store) {
    for (const tokens::subject& subject : written().subjects) {
      const bool has_one = std::any_of(written().lists.begin(), written().lists.end(), [&](const auto& list) {
        return list.of == allowlists::holder{subject.id};
      });
      const auto found = answer(*store.there, allowlists::find{{subject.id}});
      CHECK((found.account.version != 0) == has_one);
      CHECK(found.key.version == 0);
    }
  });
}
