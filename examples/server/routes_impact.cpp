// POST /v2.5/impact_calculator, a stub: what the ekko document says of requests and errors is here, what it
// calculates is made up. No figure says anything about real emissions.
//
//   grams = amount.value × grams for one unit of any currency, by merchant category × percent of the country

#include "fields.hpp"
#include "routes.hpp"

namespace example {

namespace {

struct factor {
  std::string_view of;
  int value;
};
constexpr factor grams_by_mcc[] = {{"4111", 300}, {"4511", 900}, {"5411", 400}, {"5541", 700}, {"5812", 200}};
constexpr factor percent_by_country[] = {{"DEU", 110}, {"FRA", 70}, {"GBR", 100}, {"USA", 130}};

template <std::size_t Size>
std::optional<int> find(const factor (&table)[Size], std::string_view what) {
  for (const auto& each : table)
    if (each.of == what) return each.value;
  return std::nullopt;
}

}  // namespace

void calculate_impact(app&, exchange& x, const caller&) {
  fields in(x.body);
  fields& amount = in.object("amount");
  const double value = amount.positive("value", 1e9);
  const std::string currency = amount.choice("currency", {"GBP", "EUR", "USD"});
  if (!amount.accepted()) return x.refuse_fields(amount.complaints());
  const std::string mcc = in.text("mcc", 5), country = in.text("country", 3);
  if (!in.accepted()) return x.refuse_fields(in.complaints());

  const auto grams = find(grams_by_mcc, mcc), percent = find(percent_by_country, country);
  if (!grams || !percent) {
    const std::string message = "Carbon data not found for MCC: " + mcc + " and country: " + country;
    return x.refuse({.code = ekauth::errc::not_found,
                     .status = 404,
                     .reason_phrase = "Not Found",
                     .error_name = "_NotFoundException",
                     .message = message},
                    message);
  }
  x.answer(200,
           {{"carbon",
             {{"grams", static_cast<std::int64_t>(value * *grams * *percent / 100)}, {"fictitious", true}}},
            {"amount", {{"value", value}, {"currency", currency}}},
            {"mcc", mcc},
            {"country", country}});
}

}  // namespace example
