// Changes to rows of release 0.1, made by today's stores: what was there before counts.
#include "migration/old_stores.hpp"
#include "migration/tokens.hpp"
#include "support/records.hpp"

#include <ekauth/keys.hpp>
#include <ekauth/run.hpp>

#include <set>

using namespace records;
using old::answer;
using old::every_store;
using old::on_each;
using tokens::written;

namespace {

using reply = keys::insert::reply;
using namespace std::chrono_literals;

std::uint32_t not_revoked(const subject_id& subject) {
  return static_cast<std::uint32_t>(
      std::count_if(written().keys.begin(), written().keys.end(), [&](const keys::record& row) {
        return row.granted.subject == subject && row.state != keys::status::revoked;
      }));
}

/// A key that 0.1 does not have, and no other subject.
keys::record new_key(const subject_id& subject, const std::string& name = "first") {
  return key("key_" + name + old::hex(subject.text()).substr(8, 8), subject.text());
}

reply insert(every_store& db, const keys::record& row, std::uint32_t limit) {
  return answer(db, keys::insert{row, limit});
}

std::set<std::string> ids_of_keys(every_store& db, const subject_id& subject) {
  const auto listed = answer(db, keys::list{subject, {}, 100});
  std::set<std::string> ids;
  for (const keys::record& row : listed) ids.insert(row.id.text());
  return ids;
}

std::set<std::string> ids_of_sessions(every_store& db) {
  std::set<std::string> ids;
  for (const tokens::subject& subject : written().subjects) {
    const auto listed = answer(db, refresh::list{subject.id, {}, 100});
    for (const refresh::find::found& each : listed) ids.insert(each.row.id.text());
  }
  return ids;
}

std::set<std::string> ids_after(time_point purged) {
  std::set<std::string> ids;
  for (const refresh::record& row : written().sessions)
    if (std::min(row.idle_deadline, row.absolute_deadline.value_or(row.idle_deadline)) > purged)
      ids.insert(row.id.text());
  return ids;
}

}  // namespace

TEST_CASE("the limit of a subject's keys counts those that it had before a migration", "[migration]") {
  on_each([](const old::migrated& store) {
    for (const tokens::subject& subject : written().subjects) {
      const std::uint32_t count = not_revoked(subject.id);
      INFO(count << " keys");
      const keys::record next = new_key(subject.id);
      if (count > 0) CHECK(insert(*store.here, next, count) == reply::limit_reached);
      CHECK(insert(*store.there, next, count + 1) == reply::inserted);
      const keys::record last = new_key(subject.id, "second");
      CHECK(insert(*store.here, last, count + 1) == reply::limit_reached);
    }
  });
}

TEST_CASE("a key of 0.1 that is revoked after a migration makes room for another", "[migration]") {
  on_each([](const old::migrated& store) {
    const auto service = *keys::service::make(written().roots, scope::registry{{"events:read"}});
    const keys::record& old_key = written().keys.front();
    const subject_id& subject = old_key.granted.subject;
    const std::uint32_t count = not_revoked(subject);
    CHECK(run(service.revoke(subject, old_key.id, written().now), *store.here).has_value());
    CHECK(insert(*store.there, new_key(subject), count) == reply::inserted);
    CHECK(insert(*store.there, new_key(subject, "second"), count) == reply::limit_reached);
  });
}

TEST_CASE("an id of 0.1 is taken after a migration", "[migration]") {
  on_each([](const old::migrated& store) {
    for (const keys::record& row : written().keys) CHECK(insert(*store.here, row, 0) == reply::exists);
    for (const refresh::record& row : written().sessions) {
      refresh::record again = row;
      again.epoch = written().of(row.granted.subject).epoch;
      CHECK(answer(*store.there, refresh::insert{again}) == refresh::insert::reply::exists);
    }
  });
}

TEST_CASE("a key that is made after a migration is listed with those of 0.1", "[migration]") {
  on_each([](const old::migrated& store) {
    for (const tokens::subject& subject : written().subjects) {
      std::set<std::string> ids;
      for (const keys::record& row : written().keys)
        if (row.granted.subject == subject.id) ids.insert(row.id.text());
      const keys::record next = new_key(subject.id);
      ids.insert(next.id.text());
      REQUIRE(insert(*store.here, next, 0) == reply::inserted);
      CHECK(ids_of_keys(*store.there, subject.id) == ids);
      CHECK(same(*answer(*store.there, keys::find{next.id}), next));
    }
  });
}

TEST_CASE("a key of 0.1 keeps its subject, its creation and its last uses when it is replaced",
          "[migration]") {
  on_each([](const old::migrated& store) {
    for (keys::record row : written().keys) {
      INFO(row.id.text());
      const bool is_revoked = row.state == keys::status::revoked;
      row.name = "Renamed";
      CHECK(answer(*store.here, keys::replace{row, row.version}) == !is_revoked);
      if (is_revoked) continue;
      ++row.version;
      CHECK(same(*answer(*store.there, keys::find{row.id}), row));
    }
  });
}

TEST_CASE("the last use of a secret of 0.1 moves forward, never back", "[migration]") {
  on_each([](const old::migrated& store) {
    for (const keys::record& row : written().keys)
      for (const keys::verifier& one : row.verifiers) {
        const time_point before = one.last_used.value_or(written().noon);
        if (one.last_used) CHECK(answer(*store.here, keys::touch{{{row.id, one.number, before}}}) == 0);
        CHECK(answer(*store.here, keys::touch{{{row.id, one.number, before + 1min}}}) == 1);
      }
  });
}

TEST_CASE("purge removes the sessions of 0.1 that are past a deadline, and no others", "[migration]") {
  on_each([](const old::migrated& store) {
    for (const time_point before :
         {written().noon, written().now, time_point(1'800'095'460'000ms), time_point::max()}) {
      const auto stay = ids_after(before);
      const std::size_t due = ids_of_sessions(*store.here).size() - stay.size();
      CHECK(answer(*store.here, refresh::purge{before, 1000}) == due);
      CHECK(ids_of_sessions(*store.there) == stay);
    }
    for (const tokens::subject& subject : written().subjects)
      CHECK(answer(*store.there, refresh::read_epoch{subject.id}) == subject.epoch);
  });
}

TEST_CASE("an epoch of 0.1 is counted on", "[migration]") {
  on_each([](const old::migrated& store) {
    for (const tokens::subject& subject : written().subjects) {
      const refresh::bump_epoch asked{subject.id, refresh::end_reason::admin, written().now};
      CHECK(answer(*store.here, asked) == subject.epoch + 1);
      CHECK(answer(*store.there, refresh::read_epoch{subject.id}) == subject.epoch + 1);
    }
  });
}

TEST_CASE("an allowlist of 0.1 is saved over its version alone", "[migration]") {
  on_each([](const old::migrated& store) {
    for (allowlists::record list : written().lists) {
      INFO(list.of.key.text());
      list.enabled = !list.enabled;
      CHECK_FALSE(answer(*store.here, allowlists::save{list, 0}));
      CHECK_FALSE(answer(*store.here, allowlists::save{list, list.version + 1}));
      CHECK(answer(*store.here, allowlists::save{list, list.version}));
      const auto found = answer(*store.there, allowlists::find{list.of});
      const auto& saved = list.of.key.empty() ? found.account : found.key;
      CHECK(saved.version == list.version + 1);
      REQUIRE(saved.row.has_value());
      CHECK(saved.row->enabled == list.enabled);
    }
  });
}
