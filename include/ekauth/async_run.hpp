// The callback runner: the store's methods take one more argument, a callable to answer into.
//
//   struct my_store { void answer(keys::find request, auto done) { …; done(found); } };
//   ekauth::async_run(api_keys.verify(credential, at), store, [](auto who) { … });
#pragma once

#include <ekauth/flow.hpp>

#include <memory>

namespace ekauth::inline v1 {

namespace detail {

template <class Flow, class Store, class Done>
struct async_driver {
  Flow flow;
  Store& store;
  Done done;
  std::size_t answered = 0;

  static void step(std::shared_ptr<async_driver> self) {
    if (self->flow.done()) return self->done(std::move(self->flow).take());
    self->flow.next([&](auto request) {
      using asked_type = decltype(request);
      auto asked = std::make_shared<const asked_type>(std::move(request));
      self->store.answer(*asked,
                         [self, asked, turn = self->answered](result<typename asked_type::reply> answer) {
                           if (self->answered != turn)
                             std::abort();  // a store that answers twice would run the protocol twice
                           ++self->answered;
                           self->flow.resume(*asked, std::move(answer));
                           step(self);
                         });
    });
  }
};

}  // namespace detail

/// Drives flow to its end and calls done(result<T>) once, on whichever thread the store's last answer comes.
/// store must outlive the call to done. A store that never answers never calls done; one that answers a
/// request twice ends the process.
template <class Flow, class Store, class Done>
void async_run(Flow flow, Store& store, Done done) {
  using driver = detail::async_driver<Flow, Store, Done>;
  driver::step(std::make_shared<driver>(driver{std::move(flow), store, std::move(done)}));
}

}  // namespace ekauth::inline v1
