// A hundred thousand cases, judged by ekauth, by Python's ipaddress, and by Node's net.BlockList and
// net.isIP. They agree but in the classes listed here, where the other is laxer; docs/PITFALLS.md says why
// ekauth is not.
#include <ekauth/cidr.hpp>

#include <stdio.h>  // popen is POSIX

#include <fstream>

#include "catch.hpp"
#include "cidr/oracles/cases.hpp"
#include "support/figure.hpp"
#include "support/temporary.hpp"

namespace cidr = ekauth::cidr;
using cases::question;

namespace {

// Of each entry: + contains the address, - does not, n refused. Of the address: y, or n refused. Of the list
// of all entries: as of an entry.
struct verdict {
  std::string entries, who, list;
};

// What ekauth and an oracle say of one entry or address.
struct dispute {
  std::string_view text;
  const char* reason;  // of ekauth's refusal; empty where it accepts, and both only differ in membership
};

bool refused_for(const dispute& about, std::string_view reason) { return about.reason == reason; }
std::string_view length_in(const dispute& about) {
  const std::size_t slash = about.text.find('/');
  return slash == std::string_view::npos ? "" : about.text.substr(slash + 1);
}
bool has_zone(const dispute& about) { return about.text.find('%') != std::string_view::npos; }
bool has_nul(const dispute& about) { return about.text.find('\0') != std::string_view::npos; }
bool has_mask(const dispute& about) { return length_in(about).find('.') != std::string_view::npos; }
bool has_empty_length(const dispute& about) { return refused_for(about, "the prefix length is missing"); }
bool has_padded_length(const dispute& about) {
  return refused_for(about, "the prefix length has a leading zero");
}
bool has_odd_length(const dispute& about) {
  return length_in(about).find_first_not_of("0123456789") != std::string_view::npos;
}
bool has_host_bits(const dispute& about) {
  return refused_for(about, "bits are set after the prefix length");
}
bool is_short_mapped(const dispute& about) {
  return refused_for(about, "the prefix of an IPv4-mapped address is at least 96 bits long");
}
bool has_two_families(const dispute& about) { return refused_for(about, "a range of two families"); }
// Or would reach up to their end, if it did not end before them.
bool spans_mapped(const dispute& about) {
  const auto entry = cidr::range::parse(about.text);
  return entry && !entry->first().is_v4() && entry->first() < generated::v4(0) &&
         *cidr::address::parse("::fffe:ffff:ffff") <= entry->last();
}

struct lax_class {
  const char* name;
  bool (*holds)(const dispute&);
  int seen = 0;
};

struct oracle {
  const char* name;
  const char* command;
  std::vector<lax_class> lax;
};

const std::vector<oracle> oracles{
    {"ipaddress",
     EKAUTH_IPADDRESS,
     {{"takes a zone id", has_zone},
      {"takes a netmask or a wildcard mask for a length", has_mask},
      {"takes a length with leading zeros", has_padded_length}}},
    {"BlockList",
     EKAUTH_BLOCKLIST,
     {{"drops a zone id", has_zone},
      {"reads up to a NUL", has_nul},
      {"takes an empty length for /0, as Number does", has_empty_length},
      {"takes a length with leading zeros, as Number does", has_padded_length},
      {"takes whatever else Number does for a length", has_odd_length},
      {"takes a mapped address with a length under 96, and masks it", is_short_mapped},
      {"masks the bits after the length", has_host_bits},
      {"takes a range of two families", has_two_families},
      {"grants IPv4 by an IPv6 entry that spans the mapped block", spans_mapped}}}};

verdict judge(const question& asked) {
  verdict made;
  const auto who = cidr::address::parse(asked.who);
  const auto letter = [&](const auto& what) { return !what ? 'n' : who && what->contains(*who) ? '+' : '-'; };
  made.who = who ? "y" : "n";
  for (const std::string& text : asked.entries) made.entries += letter(cidr::range::parse(text));
  made.list = letter(cidr::allowlist::parse(asked.entries));
  return made;
}

char of_whole(const std::string& entries) {
  const auto has = [&](char letter) { return entries.find(letter) != std::string::npos; };
  return has('n') ? 'n' : has('+') ? '+' : '-';
}

std::string hexadecimal(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string all;
  for (const char c : text) {
    all += digits[static_cast<unsigned char>(c) >> 4];
    all += digits[static_cast<unsigned char>(c) & 15];
  }
  return all;
}

void write_questions(const std::string& path, const std::vector<question>& all) {
  std::ofstream out(path);
  for (const question& each : all) {
    for (std::size_t i = 0; i < each.entries.size(); ++i)
      out << (i == 0 ? "" : ",") << hexadecimal(each.entries[i]);
    out << ' ' << hexadecimal(each.who) << '\n';
  }
  out.close();
  REQUIRE(out.good());
}

std::vector<verdict> read_verdicts(FILE* from) {
  std::vector<verdict> all;
  char entries[16], who[8], list[8];
  while (::fscanf(from, "%15s %7s %7s", entries, who, list) == 3) all.push_back({entries, who, list});
  return all;
}

// Holds a judge's verdicts against ekauth's.
class comparison {
 public:
  explicit comparison(const oracle& judge) : judge_(judge), lax_(judge.lax) {}

  void compare(const question& asked, const verdict& ours, const verdict& theirs) {
    REQUIRE(ours.entries.size() == theirs.entries.size());
    const int before = differences_;
    const bool same_who = ours.who == theirs.who;
    bool explained = same_who || explain(cidr::address::parse(asked.who), asked.who, theirs.who == "y");
    for (std::size_t i = 0; i < ours.entries.size(); ++i) {
      const char mine = ours.entries[i], other = theirs.entries[i];
      const std::string& text = asked.entries[i];
      if (same_who ? mine != other : (mine == 'n') != (other == 'n'))
        explained &= explain(cidr::range::parse(text), text, mine == 'n' || other == '+');
    }
    explained &= ours.list[0] == of_whole(ours.entries) && theirs.list[0] == of_whole(theirs.entries);
    if (!explained) report(asked, ours, theirs);
    if (differences_ == before) ++agreements_;
  }

  void summarise() const {
    CHECK(agreements_ >= 100000);
    for (const lax_class& each : lax_) {
      std::printf("%s %s: %d\n", judge_.name, each.name, each.seen);
      CAPTURE(each.name);
      CHECK(each.seen > 0);
    }
    fixed::figure(std::string("addresses and lists before ") + judge_.name,
                  std::to_string(agreements_) + " agree, " + std::to_string(differences_) +
                      " differences, all of kinds that are listed");
  }

 private:
  template <class Parsed>
  bool explain(const Parsed& ours, std::string_view text, bool they_are_laxer) {
    ++differences_;
    const dispute about{text, ours ? "" : ours.error().text()};
    for (lax_class& each : lax_) {
      if (!they_are_laxer || !each.holds(about)) continue;
      ++each.seen;
      return true;
    }
    return false;
  }

  void report(const question& asked, const verdict& ours, const verdict& theirs) const {
    CAPTURE(asked.entries, asked.who, ours.entries, ours.who, ours.list);
    FAIL_CHECK(judge_.name << " says " << theirs.entries << ' ' << theirs.who << ' ' << theirs.list);
  }

  const oracle& judge_;
  std::vector<lax_class> lax_;
  int agreements_ = 0, differences_ = 0;
};

}  // namespace

TEST_CASE("Python's ipaddress and Node's BlockList judge a hundred thousand cases as ekauth does",
          "[cidr][no_memcheck]") {
  const std::vector<question> questions = cases::generate(120000);
  const fixed::temporary_folder folder;
  write_questions(folder.file("questions"), questions);
  std::vector<FILE*> running;  // all at once
  for (const oracle& each : oracles)
    running.push_back(::popen((each.command + (" < " + folder.file("questions"))).c_str(), "r"));
  for (std::size_t i = 0; i < oracles.size(); ++i) {
    REQUIRE(running[i] != nullptr);
    const std::vector<verdict> theirs = read_verdicts(running[i]);
    REQUIRE(::pclose(running[i]) == 0);
    REQUIRE(theirs.size() == questions.size());
    comparison all(oracles[i]);
    for (std::size_t k = 0; k < questions.size(); ++k)
      all.compare(questions[k], judge(questions[k]), theirs[k]);
    all.summarise();
  }
}
