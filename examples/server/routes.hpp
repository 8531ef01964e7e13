// The routes: what is served, who may call it, and which function answers.
#pragma once

#include "gate.hpp"

#include <string>
#include <vector>

namespace httplib {
class Server;
}

namespace example {

/// Serves every route of the API on server; app must outlive it.
void add_routes(httplib::Server& server, app& shared);

/// Every route as "GET /v1/events", for whoever has to try them all.
std::vector<std::string> route_names();

// routes_auth.cpp: the EcoEvents document.
void login(app& app, exchange& x);
void refresh(app& app, exchange& x);
void logout(app& app, exchange& x);
void verify(app& app, exchange& x, const caller& who);

// routes_account.cpp
json to_json(const account& who);
void create_account(app& app, exchange& x);
void change_password(app& app, exchange& x, const caller& who);
void show_audit(app& app, exchange& x, const caller& who);

/// Ends the sessions of accounts whose password was changed by a server that stopped before it could.
void finish_password_changes(app& app);

// routes_events.cpp
void list_events(app& app, exchange& x, const caller& who);
void add_event(app& app, exchange& x, const caller& who);
void remove_event(app& app, exchange& x, const caller& who);

// routes_keys.cpp: a key manages no keys, so a leaked one cannot make its successor.
void create_key(app& app, exchange& x, const caller& who);
void list_keys(app& app, exchange& x, const caller& who);
void show_key(app& app, exchange& x, const caller& who);
void revoke_key(app& app, exchange& x, const caller& who);
void roll_key(app& app, exchange& x, const caller& who);
void disable_key(app& app, exchange& x, const caller& who);
void enable_key(app& app, exchange& x, const caller& who);

// routes_allowlist.cpp: of the account, or of the key that the path names.
void show_allowlist(app& app, exchange& x, const caller& who);
void replace_allowlist(app& app, exchange& x, const caller& who);
void enable_allowlist(app& app, exchange& x, const caller& who);
void disable_allowlist(app& app, exchange& x, const caller& who);
void show_client(app& app, exchange& x, const caller& who);

// routes_impact.cpp: the ekko document.
void calculate_impact(app& app, exchange& x, const caller& who);

}  // namespace example
