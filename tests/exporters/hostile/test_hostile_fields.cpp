// Hostile text in every text field there is: those of the design's own parts, and those that the catalogue
// describes, found by walking it. Each exporter either refuses it in words a person can act on, or writes
// files that the target's own program takes and that hold nothing of it but in comments and prose. And no
// exporter writes a secret, wherever one could come from.
#include "core/base/json.h"
#include "core/catalogue/catalogue.h"
#include "exporters/guide/guide.h"
#include "exporters/haproxy/folder.h"
#include "exporters/keepalived/folder.h"
#include "exporters/mysql/folder.h"
#include "exporters/verify/haproxy.h"
#include "exporters/verify/keepalived.h"
#include "exporters/verify/mariadb.h"
#include "tests/exporters/mysql/mysql_support.h"
#include "tests/support/test_support.h"

#include <QStringDecoder>

#include <functional>
#include <set>
#include <tuple>

using namespace alwayson;
using namespace alwayson::exporters;

namespace {

struct Field {
    std::string name;
    std::function<void(Design&, const std::string&)> set;
};

using test::editAll;

template <class Get>
Field inAll(const std::string& name, Get table, auto edit) {
    return {name, [=](Design& design, const std::string& text) {
                editAll(table(design), [&](auto& one) { edit(one, text); });
            }};
}

auto& nodesOf(Design& d) {
    return d.nodes;
}
auto& groupsOf(Design& d) {
    return d.groups;
}
auto& domainsOf(Design& d) {
    return d.domains;
}
auto& linksOf(Design& d) {
    return d.links;
}
auto& scenariosOf(Design& d) {
    return d.scenarios;
}

FailureMode modeCalled(const std::string& id, const std::string& title) {
    FailureMode mode;
    mode.id = id;
    mode.title = title;
    return mode;
}

void addOwnFields(std::vector<Field>& all) {
    using D = Design;
    using T = const std::string&;
    all.insert(all.end(), {{"design name", [](D& d, T t) { d.name = t; }},
                           {"price book", [](D& d, T t) { d.settings.priceBook = t; }},
                           {"capacity book", [](D& d, T t) { d.settings.capacityBook = t; }},
                           {"HAProxy version", [](D& d, T t) { d.settings.haproxyVersion = t; }},
                           {"crew id",
                            [](D& d, T t) {
                                d.settings.crews.push_back({t, 2, Distribution::constantValue(1, "h"), {}});
                            }},
                           {"unknown field",
                            [](D& d, T t) {
                                d.unknown["/note"] =
                                    Json(t).dump(-1, ' ', true, Json::error_handler_t::replace);
                            }},
                           inAll("node name", nodesOf, [](Node& n, T t) { n.name = t; }),
                           inAll("node crew", nodesOf, [](Node& n, T t) { n.crew = t; }),
                           inAll("node failure mode", nodesOf,
                                 [](Node& n, T t) { n.failureModes.push_back(modeCalled("own", t)); }),
                           inAll("node failure mode id", nodesOf,
                                 [](Node& n, T t) { n.failureModes.push_back(modeCalled(t, "own")); }),
                           inAll("class id", nodesOf,
                                 [](Node& n, T t) {
                                     if (n.kind == "client") n.classes.emplace_back().id = t;
                                 }),
                           inAll("group name", groupsOf, [](Group& g, T t) { g.name = t; }),
                           inAll("group crew", groupsOf, [](Group& g, T t) { g.crew = t; }),
                           inAll("manager", groupsOf, [](Group& g, T t) { g.managerOn.push_back(t); }),
                           inAll("place name", domainsOf, [](Domain& p, T t) { p.name = t; }),
                           inAll("place failure mode", domainsOf,
                                 [](Domain& p, T t) { p.failureModes.push_back(modeCalled("own", t)); }),
                           inAll("link classes", linksOf, [](Link& l, T t) { l.classes.push_back(t); }),
                           inAll("scenario name", scenariosOf, [](Scenario& s, T t) { s.name = t; }),
                           inAll("scenario target", scenariosOf, [](Scenario& s, T t) {
                               for (ScenarioEvent& event : s.events)
                                   event.what = event.mode = t;
                           })});
}

void addCatalogueFields(std::vector<Field>& all) {
    const auto walk = [&](const std::vector<ParameterSpec>& specs, const std::string& of, auto field) {
        for (const ParameterSpec& spec : specs)
            if (spec.type == ParameterType::text) all.push_back(field(of + "." + spec.id, spec.id));
    };
    const Catalogue& catalogue = Catalogue::builtIn();
    for (const Descriptor& kind : catalogue.kinds()) {
        walk(kind.parameters, kind.id, [&](const std::string& name, const std::string& id) {
            return inAll(name, nodesOf, [id, of = kind.id](Node& n, const std::string& t) {
                if (n.kind == of) n.parameters[id] = t;
            });
        });
        walk(kind.deploy, kind.id, [&](const std::string& name, const std::string& id) {
            return inAll(name, nodesOf, [id, of = kind.id](Node& n, const std::string& t) {
                if (n.kind == of) n.deploy[id] = t;
            });
        });
    }
    const auto table = [&](const std::vector<Descriptor>& kinds, auto get) {
        for (const Descriptor& kind : kinds)
            walk(kind.parameters, kind.id, [&](const std::string& name, const std::string& id) {
                return inAll(name, get, [id, of = kind.id](auto& one, const std::string& t) {
                    if (one.kind == of) one.parameters[id] = t;
                });
            });
    };
    table(catalogue.groups(), groupsOf);
    table(catalogue.domains(), domainsOf);
    table(catalogue.links(), linksOf);
    for (const Descriptor& kind : catalogue.events())
        walk(kind.parameters, kind.id, [&](const std::string& name, const std::string& id) {
            return inAll(name, scenariosOf, [id, of = kind.id](Scenario& s, const std::string& t) {
                ScenarioEvent event;
                event.action = of;
                event.parameters[id] = t;
                s.events.push_back(event);
            });
        });
}

const std::vector<Field>& fields() {
    static const std::vector<Field> all = [] {
        std::vector<Field> made;
        addOwnFields(made);
        addCatalogueFields(made);
        return made;
    }();
    return all;
}

// A balancer pair, web servers and a replication set, and a node of every kind and a group of every kind.
Design everything() {
    Design design = test::designFrom("templates/e-commerce.aon.json");
    for (const Descriptor& kind : Catalogue::builtIn().kinds()) {
        bool there = false;
        for (const Node& node : design.nodes)
            there |= node.kind == kind.id;
        if (there) continue;
        Node node;
        node.id = NodeId("extra-" + kind.id);
        node.kind = kind.id;
        design.nodes.append(node);
    }
    return design;
}

using Made = Result<std::vector<File>>;
struct Exporter {
    const char* name;
    std::function<Made(const Design&)> run;
};
const std::vector<Exporter>& exportersOf() {
    static const std::vector<Exporter> all = {
        {"haproxy", [](const Design& d) { return haproxy::exportFolders(d); }},
        {"keepalived", [](const Design& d) { return keepalived::exportFolders(d); }},
        {"mysql", [](const Design& d) { return mysql::exportFolders(d); }},
        {"guide", [](const Design& d) { return guide::files(d, {}); }}};
    return all;
}

constexpr const char* kEverythingAtOnce =
    "x'; DROP TABLE mysql.user; --\n[mariadbd]\nskip_grant_tables\n\"`$(reboot)` \\";
constexpr const char* kLikeAnOption = "-rf \xe2\x80\xa8 zürich 東京 🎈 */ #";

// Of what a design file can hold: it is UTF-8.
std::vector<std::string> texts() {
    std::vector<std::string> all = test::hostileTexts();
    std::erase_if(all, [](const std::string& text) {
        return text.find('\xff') != std::string::npos || text.find('\xc0') != std::string::npos;
    });
    for (const char* more : {kEverythingAtOnce,
                             kLikeAnOption,
                             "-rf /",
                             "--defaults-file=/etc/shadow",
                             "a;b",
                             "a&b",
                             "a>b",
                             "*",
                             "~root",
                             "%",
                             "10.%'@'%",
                             "; DROP TABLE mysql.user; --",
                             "/*!50000 x*/",
                             "a\\nb",
                             "!include /etc/passwd",
                             "{{ lookup('env') }}",
                             "$((1/0))",
                             "x\" }\nvrrp_script evil {",
                             "0",
                             "null",
                             " ",
                             ""})
        all.push_back(more);
    return all;
}

// "" or what is wrong with the words of a refusal.
std::string faultOf(const Error& error) {
    if (error.code.rfind("export.", 0) != 0) return "a code of its own is missing: " + error.code;
    if (error.kind == ErrorKind::internal) return "called a bug: " + error.message;
    if (error.message.empty() || error.cure.empty()) return "no message or no cure";
    if (error.message.size() > 600) return "too long to read";
    for (const std::string& words : {error.message, error.cure})
        for (const char c : words)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return "control characters in: " + words;
    return {};
}

// "" or what no file of an export may be.
std::string faultOf(const File& file) {
    if (!QRegularExpression("\\A[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*\\z")
             .match(QString::fromStdString(file.path))
             .hasMatch())
        return "its path";
    for (const char c : file.bytes)
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            return "control characters";
    QStringDecoder decoder(QStringDecoder::Utf8);
    const QString decoded = decoder(QByteArray::fromStdString(file.bytes));
    if (decoder.hasError() || decoded.contains(QChar::ReplacementCharacter))
        return "bytes that are not UTF-8";
    if (file.path.ends_with(".json") && !Json::parse(file.bytes, nullptr, false).is_object())
        return "no JSON";
    return {};
}

// What each exporter makes of the design without hostile text.
const std::vector<File>& plainFiles(std::size_t exporter) {
    static const std::vector<std::vector<File>> all = [] {
        std::vector<std::vector<File>> made;
        for (const Exporter& one : exportersOf())
            made.push_back(one.run(everything()).value());
        return made;
    }();
    return all[exporter];
}

// Refused alone: exporter, field, text.
std::set<std::tuple<std::size_t, std::size_t, std::string>>& refusals() {
    static std::set<std::tuple<std::size_t, std::size_t, std::string>> all;
    return all;
}

// How many fields have been tried one by one: none when a later test is called by its name alone.
std::size_t& fieldsTried() {
    static std::size_t count = 0;
    return count;
}

// Every field that alone was taken, at once.
Design filled(std::size_t exporter, const std::string& text) {
    static const Design kPlain = everything();
    Design design = kPlain;
    for (std::size_t i = 0; i < fields().size(); ++i)
        if (!refusals().contains({exporter, i, text})) fields()[i].set(design, text);
    return design;
}

} // namespace

class TestHostileFields : public QObject {
    Q_OBJECT

private slots:
    void theCatalogueIsWalked() {
        std::set<std::string> names;
        for (const Field& field : fields())
            QVERIFY2(names.insert(field.name).second, field.name.c_str());
        for (const char* known : {"haproxy.check_path", "mysql.host", "mysql_replication.user_network",
                                  "vrrp_pair.interface", "isolate.other_side"})
            QVERIFY2(names.contains(known), known);
        for (const Exporter& exporter : exportersOf())
            QVERIFY2(exporter.run(everything()).ok(), exporter.name);
    }

    void takenOrRefusedInWords_data() {
        QTest::addColumn<int>("field");
        for (std::size_t i = 0; i < fields().size(); ++i)
            QTest::newRow(fields()[i].name.c_str()) << int(i);
    }
    void takenOrRefusedInWords() {
        QFETCH(int, field);
        ++fieldsTried();
        const Design plain = everything();
        for (const std::string& text : texts()) {
            Design design = plain;
            fields()[std::size_t(field)].set(design, text);
            for (std::size_t e = 0; e < exportersOf().size(); ++e) {
                const Made made = exportersOf()[e].run(design);
                const std::string where =
                    std::string(exportersOf()[e].name) + ", \"" + text.substr(0, 60) + "\": ";
                if (!made) {
                    refusals().insert({e, std::size_t(field), text});
                    const std::string fault = faultOf(made.error());
                    QVERIFY2(fault.empty(), (where + fault + "\n" + describe(made.error())).c_str());
                    continue;
                }
                for (std::size_t i = 0; i < made->size(); ++i) {
                    const File& file = (*made)[i];
                    if (i < plainFiles(e).size() && plainFiles(e)[i].bytes == file.bytes) continue;
                    const std::string fault = faultOf(file);
                    QVERIFY2(fault.empty(), (where + file.path + ": " + fault).c_str());
                }
            }
        }
    }

    // What is an address, an interface or a host pattern is refused, what people call things is taken.
    void whatIsRefused() {
        if (fieldsTried() == 0) QSKIP("it needs what the fields one by one have shown");
        QVERIFY(fieldsTried() == fields().size() && !refusals().empty());
        std::set<std::string> refused, taken;
        for (std::size_t i = 0; i < fields().size(); ++i)
            for (const std::string& text : texts()) {
                bool everywhere = true;
                for (std::size_t e = 0; e < exportersOf().size(); ++e)
                    everywhere &= !refusals().contains({e, i, text});
                (everywhere ? taken : refused).insert(fields()[i].name);
            }
        for (const char* name : {"server.host", "mysql.host", "haproxy.host", "vrrp_pair.virtual_ip",
                                 "vrrp_pair.interface", "mysql_replication.user_network", "HAProxy version"})
            QVERIFY2(refused.contains(name), name);
        for (const char* name :
             {"design name", "node name", "group name", "place name", "crew id", "scenario name",
              "haproxy.check_path", "server.image", "server.instance_type", "isolate.other_side"})
            QVERIFY2(taken.contains(name) && !refused.contains(name), name);
    }

    void takenByHaproxyAndKeepalived() {
        if (fieldsTried() == 0) QSKIP("it needs what the fields one by one have shown");
        QVERIFY(fieldsTried() == fields().size() && !refusals().empty());
        std::size_t asked = 0;
        for (const std::string& text : texts())
            for (const std::size_t e : {0, 1}) {
                const Exporter& exporter = exportersOf()[e];
                const Made made = exporter.run(filled(e, text));
                QVERIFY2(made.ok(), made ? "" : describe(made.error()).c_str());
                const auto config =
                    std::find_if(made->begin(), made->end(), [](const File& file) { return file.checkable; });
                QVERIFY(config != made->end());
                if (exporter.name == std::string("keepalived") && !test::namespacesArePermitted()) continue;
                const auto verdict =
                    exporter.name == std::string("haproxy")
                        ? verify::verifyHaproxy(config->bytes, config->variables)
                        : verify::verifyKeepalived(config->bytes, keepalived::scriptBeside(*config, *made),
                                                   config->variables);
                QVERIFY(verdict.ok());
                QVERIFY2(!verdict->tool.empty(), "apt-get install haproxy keepalived");
                QVERIFY2(verdict->accepted, (config->bytes + verdict->message).c_str());
                ++asked;
            }
        QVERIFY(asked >= texts().size());
    }

    void takenByMariadbAndBash() {
        if (fieldsTried() == 0) QSKIP("it needs what the fields one by one have shown");
        QVERIFY(fieldsTried() == fields().size() && !refusals().empty());
        const bool all = qEnvironmentVariableIntValue("ALWAYSON_LONG") > 0;
        std::vector<std::string> some{kEverythingAtOnce, kLikeAnOption};
        const std::vector<std::string> known = texts();
        for (std::size_t i = 0; all && i < known.size(); i += 6)
            some.push_back(known[i]);
        for (const std::string& text : some) {
            const Made made = mysql::exportFolders(filled(2, text));
            QVERIFY(made.ok());
            const auto verdicts = verify::verifyMariadb(*made);
            QVERIFY(verdicts.ok());
            for (std::size_t i = 0; i < made->size(); ++i)
                if ((*made)[i].checkable)
                    QVERIFY2((*verdicts)[i].accepted && !(*verdicts)[i].tool.empty(),
                             ((*made)[i].path + ": " + (*verdicts)[i].message).c_str());
            for (std::size_t e = 0; e < exportersOf().size(); ++e) {
                const Made files = exportersOf()[e].run(filled(e, text));
                QVERIFY(files.ok());
                QTemporaryDir folder;
                test::writeAll(*files, folder.path());
                const auto parsed = verify::runProcess(
                    {"/bin/bash",
                     {"-c", "cd \"$0\"; for f in $(find . -name '*.sh'); do bash -n $f || exit 1; done",
                      folder.path().toStdString()},
                     {},
                     Duration::seconds(60)});
                QVERIFY(parsed.ok());
                QVERIFY2(parsed->status == 0, parsed->output.c_str());
            }
        }
    }

    // A design has no field for a secret, and an exporter asks nobody else.
    void noSecretIsWritten() {
        const QByteArray canary = "canary-7f3a91-never-in-a-file";
        const char* names[] = {
            "REPL_PASSWORD",     "FAILOVER_PASSWORD", "MYSQL_PWD",  "MYSQL_ROOT_PASSWORD",
            "VRRP_PASSWORD",     "AUTH_PASS",         "STATS_AUTH", "AWS_SECRET_ACCESS_KEY",
            "HAPROXY_PASSWORD",  "PASSWORD",          "TOKEN",      "DB1_HOST",
            "REPL_PASSWORD_FILE"};
        for (const char* one : names)
            qputenv(one, canary);
        std::vector<Design> designs{everything()};
        for (const std::string& path : resources::list("templates/"))
            if (path.ends_with(".aon.json")) designs.push_back(test::designFrom(path));
        std::size_t files = 0;
        for (const Design& design : designs)
            for (const Exporter& exporter : exportersOf()) {
                const Made made = exporter.run(design);
                if (!made) continue; // nothing of this kind in it
                for (const File& file : *made) {
                    QVERIFY2(file.bytes.find(canary.toStdString()) == std::string::npos, file.path.c_str());
                    // Nor is a password made up: none is set by a literal.
                    QVERIFY2(!QRegularExpression("auth_pass|IDENTIFIED BY '[^'@]|password\\s+[\"'][^\"'$@]")
                                  .match(QString::fromStdString(file.bytes))
                                  .hasMatch(),
                             file.path.c_str());
                    ++files;
                }
            }
        for (const char* one : names)
            qunsetenv(one);
        QVERIFY(files > 30);
        const QRegularExpression secret("password|passwd|secret|token|private_key",
                                        QRegularExpression::CaseInsensitiveOption);
        for (const Field& field : fields())
            QVERIFY2(!secret.match(QString::fromStdString(field.name)).hasMatch(), field.name.c_str());
    }
};

ALWAYSON_TEST_MAIN(TestHostileFields, test_hostile_fields)
#include "test_hostile_fields.moc"
