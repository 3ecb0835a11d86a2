#pragma once
// The builder behind build(): one balancer's sections, each written from the same typed keys that the
// simulator reads.

#include "core/catalogue/param_key.h"
#include "core/model/design.h"
#include "exporters/haproxy/build.h"
#include "exporters/quoting/slugs.h"

#include <string>
#include <string_view>
#include <vector>

namespace alwayson::exporters::haproxy {

// Words of HAProxy's language, for program text only: words of data are added as Word::text.
std::vector<Word> phrase(std::string_view text);
Statement& say(std::vector<Statement>& into, std::string_view text, const std::vector<Word>& more = {},
               std::vector<std::string> comments = {});

// Beyond the limit of the design, for the statistics page.
inline constexpr long long kSpareConnections = 100;

// A target of the balancer.
struct Target {
    const Node* node = nullptr;
    const Group* pair = nullptr; // the shared address of a VRRP pair, which `node` is the first member of
    std::string name;
    Word address;        // host:port
    bool isName = false; // a DNS name or a variable that may hold one
    bool tls = false;
    std::string host; // "" for a variable

    const std::string& id() const { return pair ? pair->id.str() : node->id.str(); }
    const std::string& title() const { return pair ? pair->name : node->name; }
};

class Builder {
public:
    Builder(const Design& design, const Node& balancer, const std::string& slug, Version version,
            const Paths& paths);
    Result<Built> run();

private:
    void note(std::string text) { m_built.notes.push_back(std::move(text)); }
    Section& section(std::string_view type, std::string_view rest, std::vector<std::string> comments = {});
    bool anyName() const;
    // HAProxy counts in whole milliseconds.
    Word time(std::string_view what, Duration value);

    // A timeout of the design; the catalogue knows whether it is simulated.
    void timeout(std::vector<Statement>& lines, std::string_view name, const ParamKey<Duration>& key);
    // A time that no design sets, so nothing can simulate it.
    void fixed(std::vector<Statement>& lines, std::string_view directive, std::string_view value,
               std::vector<std::string> comments = {});

    static Word number(std::int64_t value) { return Word::keyword(std::to_string(value)); }

    // ---- targets (build.cpp)
    Status collectTargets();
    Status checkSpeech();
    void addNode(const Node& node);
    Status resolveAddress(Target& target, quoting::Slugs& variables);
    bool sharesAddress() const; // a member of a pair whose members hold one address in turn
    Result<Word> bindAddress(std::int64_t port);

    // ---- sections before the backend (build_sections.cpp, the first two in build.cpp)
    void header();
    void preamble();
    // streq("${NAME}",): the two sides are words of their own to HAProxy only after the variable has been
    // read.
    static Word conditionEmpty(std::string_view name);
    void global();
    void resolvers();
    void defaults();
    void metrics();
    void frontend(const Word& bind);

    // ---- in front of a replication set (build_database.cpp)
    Status databaseFront();
    void databaseDefaults();
    void databaseFrontend(std::string_view what, const Word& bind, const std::string& backend,
                          std::vector<std::string> comments);
    enum class Asks : std::uint8_t { writers, readers, all };
    void databaseBackend(const std::string& name, Asks asks);
    void databaseChecks(std::vector<Statement>& lines, Asks asks);
    void databaseNotes();

    // ---- the backend (build_backend.cpp)
    void backend();
    void balance(std::vector<Statement>& lines);
    void refuseBelowNeeded(std::vector<Statement>& lines);
    void checks(std::vector<Statement>& lines);
    void checkTimers(std::vector<Statement>& lines);
    void resolve(Statement& server, const Target& target);
    // A Host header of the check: text that could end the header is refused by leaving it to the note.
    std::string checkedHost(const std::string& host);
    void limits(std::vector<Statement>& lines);
    // A single outside service expects its own name in the Host header.
    void oneExternalHost(std::vector<Statement>& lines);
    void server(std::vector<Statement>& lines, const Target& target, bool check);
    static std::string variableOf(const Target& target);
    void generalNotes();

    const Design& m_design;
    const Node& m_balancer;
    const Parameters& m_parameters;
    Version m_version;
    const Paths& m_paths;
    std::vector<Target> m_targets;
    std::vector<const Link*> m_links;
    std::vector<const Group*> m_groups;
    const Group* m_set = nullptr; // the replication set behind it, if that is what it balances
    Built m_built;
};

} // namespace alwayson::exporters::haproxy
