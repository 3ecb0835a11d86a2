// The command line from end to end: the documented commands, keys, streams and exit codes.

#include "tests/e2e/command.h"
#include "tests/support/test_support.h"

#include <QJsonArray>
#include <csignal>

using namespace alwayson::test;

class TestCli : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString file(const QString& name) const { return m_folder.filePath(name); }
    QString fresh(const QString& templateId) {
        const QString path = file(templateId + ".aon.json");
        if (!QFile::exists(path)) {
            const Outcome made = cli({"new", "--template", templateId, "-o", path});
            if (made.code != 0) qFatal("%s", made.err.constData());
        }
        return path;
    }

private slots:
    void templatesAreListed() {
        const Outcome outcome = cli({"templates", "--json"});
        QCOMPARE(outcome.code, 0);
        QCOMPARE(outcome.err, QByteArray());
        QStringList ids;
        for (const QJsonValue& one : outcome.json()["templates"].toArray()) {
            ids << one["id"].toString();
            QVERIFY(!one["title"].toString().isEmpty() && !one["description"].toString().isEmpty());
        }
        QVERIFY(ids.contains("web-pair") && ids.contains("one-server"));
    }

    void everyTemplateChecksSimulatesAndExports() {
        for (const QJsonValue& one : cli({"templates", "--json"}).json()["templates"].toArray()) {
            const QString path = fresh(one["id"].toString());
            QVERIFY2(cli({"check", path}).code <= 1, qPrintable(path));
            const Outcome run = cli({"simulate", path, "--mode", "exact", "--json"});
            QVERIFY2(run.code == 0 || run.code == 1 || run.code == 6, run.err.constData());
        }
    }

    void newRefusesToReplaceWithoutForce() {
        const QString path = fresh("web-pair");
        const Outcome again = cli({"new", "--template", "one-server", "-o", path, "--json"});
        QCOMPARE(again.code, 4);
        QCOMPARE(again.error()["code"].toString(), "io.exists");
        QVERIFY(readAll(path).contains("Web pair"));
        QCOMPARE(cli({"new", "--template", "web-pair", "-o", path, "--force"}).code, 0);
    }

    void newTakesThePlainFileToo() {
        const QString path = file("plain.aon.json");
        QCOMPARE(cli({"new", "--template", "one-server", path}).code, 0);
        QVERIFY(QFile::exists(path));
    }

    void newWithoutOutputPrintsTheDesign() {
        const Outcome outcome = cli({"new", "--template", "web-pair"});
        QCOMPARE(outcome.code, 0);
        QCOMPARE(outcome.json()["format"].toString(), "alwayson-design");
        QCOMPARE(outcome.out, readAll(fresh("web-pair")));
    }

    void kindsExplainThemselves() {
        const QJsonArray kinds = cli({"kinds", "--json"}).json()["kinds"].toArray();
        QVERIFY(kinds.size() >= 4);
        for (const QJsonValue& kind : kinds)
            for (const QJsonValue& parameter : kind["parameters"].toArray())
                for (const char* key :
                     {"id", "type", "unit", "default", "min", "max", "help", "source", "grade"})
                    QVERIFY2(parameter.toObject().contains(key), key);
        const Outcome page = cli({"kinds", "haproxy"});
        QCOMPARE(page.code, 0);
        QVERIFY(page.out.contains("check_inter_ms") && page.out.contains("Source:"));
        const Outcome typo = cli({"kinds", "haprxy"});
        QCOMPARE(typo.code, 2);
        QVERIFY(typo.err.contains("haproxy"));
    }

    void checkReportsWithStableKeys() {
        const Outcome outcome = cli({"check", fresh("web-pair"), "--json"});
        QCOMPARE(outcome.code, 0);
        const QJsonObject report = outcome.json();
        QCOMPARE(report["schema"].toString(), "alwayson-check/1");
        QCOMPARE(report["design"]["name"].toString(), "Web pair");
        QCOMPARE(report["design"]["hash"].toString().size(), 64);
        QVERIFY(report["single_points_of_failure"].toArray().contains("lb1"));
        QVERIFY(!report["single_points_of_failure"].toArray().contains("web1"));
        QVERIFY(report["minimal_cut_sets"].toArray().size() > 0);
        QStringList flows;
        for (const QJsonValue& flow : report["flows"].toArray()) {
            flows << flow["id"].toString();
            const double availability = flow["availability"]["value"].toDouble();
            QVERIFY(availability > 0.99 && availability < 1);
        }
        QCOMPARE(flows, QStringList({"shoppers:read", "shoppers:write", "shoppers", "design"}));
        QVERIFY(report["cost"]["usd_per_month"].toDouble() > 100);
        QVERIFY(report["issues"].toArray().size() > 0);
    }

    void failOnGatesAPipeline() {
        QCOMPARE(cli({"check", fresh("web-pair"), "--fail-on", "warning"}).code, 1);
        QCOMPARE(cli({"check", fresh("web-pair"), "--fail-on", "error"}).code, 0);
        QCOMPARE(cli({"check", fresh("web-pair"), "--fail-on", "never"}).code, 0);
    }

    void simulateScenarioWithStableKeys() {
        const QStringList arguments{"simulate", fresh("web-pair"), "--scenario", "kill-web2",
                                    "--json",   "--seed",          "7"};
        const Outcome outcome = cli(arguments);
        QVERIFY2(outcome.code == 0 || outcome.code == 1 || outcome.code == 6, outcome.err.constData());
        const QJsonObject result = outcome.json();
        QCOMPARE(result["schema"].toString(), "alwayson-result/1");
        QCOMPARE(result["scenario"].toString(), "kill-web2");
        QCOMPARE(result["seed"].toInt(), 7);
        for (const char* key : {"design", "engine", "mode", "flows", "recovery", "data", "cost", "objectives",
                                "spread", "waterfall", "exact", "fingerprint", "reproduce"})
            QVERIFY2(result.contains(key), key);
        const QJsonValue flow = result["flows"][0];
        QVERIFY(flow["requests"]["offered"].toInt() > 40000);
        QVERIFY(flow["latency_ms"]["p99"]["value"].toDouble() >
                flow["latency_ms"]["p50"]["value"].toDouble());
        QCOMPARE(cli(arguments).out, outcome.out); // same seed, same bytes
        QStringList other = arguments;
        other.last() = "8";
        QVERIFY(cli(other).json()["fingerprint"] != result["fingerprint"]);
    }

    void threadsNeverChangeTheResult() {
        const QStringList arguments{"simulate", fresh("web-pair"), "--mode",   "availability", "--years",
                                    "2000",     "--json",          "--threads"};
        const QByteArray one = cli(arguments + QStringList{"1"}).json()["fingerprint"].toString().toUtf8();
        QCOMPARE(one.size(), 16);
        QCOMPARE(cli(arguments + QStringList{"2"}).json()["fingerprint"].toString().toUtf8(), one);
    }

    void exportWritesAndVerifies() {
        const QString folder = file("export");
        const Outcome outcome =
            cli({"export", fresh("web-pair"), "--to", "haproxy", "-o", folder, "--verify", "--json"});
        QVERIFY2(outcome.code == 0, outcome.err.constData());
        QCOMPARE(outcome.json()["schema"].toString(), "alwayson-export/1");
        bool verified = false;
        for (const QJsonValue& one : outcome.json()["files"].toArray()) {
            QVERIFY2(QFile::exists(folder + "/" + one["path"].toString()),
                     qPrintable(one["path"].toString()));
            QCOMPARE(one["sha256"].toString().size(), 64);
            verified = verified || one["verified_by"].toString().contains("aproxy", Qt::CaseInsensitive);
        }
        QVERIFY(verified);
        QCOMPARE(cli({"export", fresh("web-pair"), "--to", "haproxy", "-o", folder}).code,
                 0); // ours: replaced
        const QString foreign = file("foreign");
        QDir().mkpath(foreign + "/haproxy/lb1");
        writeFile(foreign + "/haproxy/lb1/haproxy.cfg", "# mine\n");
        const Outcome refused = cli({"export", fresh("web-pair"), "--to", "haproxy", "-o", foreign});
        QCOMPARE(refused.code, 4);
        QCOMPARE(readAll(foreign + "/haproxy/lb1/haproxy.cfg"), QByteArray("# mine\n"));
    }

    void schemaIsJson() { QVERIFY(cli({"schema"}).json().contains("$schema")); }

    void usageErrors_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("nothing") << QStringList{};
        QTest::newRow("unknown command") << QStringList{"fly"};
        QTest::newRow("no design") << QStringList{"check"};
        QTest::newRow("unknown option") << QStringList{"check", "x", "--wings"};
        QTest::newRow("bad mode") << QStringList{"simulate", "x", "--mode", "magic"};
        QTest::newRow("bad duration") << QStringList{"simulate", "x", "--duration", "soon"};
        QTest::newRow("unknown template") << QStringList{"new", "--template", "castle"};
        // Of a file that is there: the option is at fault, not the design.
        const QString path = fresh("web-pair");
        const auto simulate = [&](const char* option, const QString& value) {
            QTest::newRow(qPrintable(QString("%1 %2").arg(option, value)))
                << QStringList{"simulate", path, option, value};
        };
        for (const char* value : {"0", "-1", "nan", "inf", "", "many", "1e-7", "1e8", "1e400", "5,000"})
            simulate("--years", value);
        for (const char* value :
             {"0", "-1", "nan", "inf", "", "1e-12", "0.1ms", "1e10", "4000000001", "1e300 y", "5 parsecs"})
            simulate("--duration", value);
        for (const char* option : {"--replications", "--threads"})
            for (const char* value : {"0", "-1", "1.5", "1e3", "", "0x10", "1000001", "99999999999999999999"})
                simulate(option, value);
        for (const char* value : {"-1", "1.5", "1e3", "", "9007199254740992", "0x10"})
            simulate("--seed", value);
        for (const char* value : {"0", "-1", "150%", "1.5", "nan", ""})
            simulate("--precision", value);
    }
    void usageErrors() {
        QFETCH(QStringList, arguments);
        const Outcome outcome = cli(arguments);
        QCOMPARE(outcome.code, 2);
        QCOMPARE(outcome.out, QByteArray());
        QVERIFY(!outcome.err.isEmpty());
        QVERIFY(!cli(arguments + QStringList{"--json"}).error()["message"].toString().isEmpty());
    }

    // What a mode does not compute is no reason to fail: no precision would decide it.
    void objectivesOfAnotherModeDoNotCount() {
        const QString file = fresh("web-pair");
        QFile design(file);
        QVERIFY(design.open(QIODevice::ReadWrite));
        QJsonObject json = QJsonDocument::fromJson(design.readAll()).object();
        QJsonArray objectives = json["objectives"].toArray();
        objectives.append(QJsonObject{
            {"id", "fast"}, {"metric", "latency_p99_ms"}, {"flow", "shoppers"}, {"at_most", 1e6}});
        json["objectives"] = objectives;
        design.resize(0);
        design.write(QJsonDocument(json).toJson());
        design.close();
        const Outcome outcome = cli({"simulate", file, "--mode", "availability", "--precision", "0.3"});
        QVERIFY2(outcome.out.contains("undecided shoppers"), outcome.out.constData());
        QCOMPARE(outcome.code, 0);
    }

    void precisionThatIsNotReachedExitsWith6() {
        const QStringList arguments{"simulate", fresh("web-pair"), "--mode", "availability"};
        const Outcome sharp = cli(arguments + QStringList{"--precision", "0.001%"});
        QCOMPARE(sharp.code, 6);
        QVERIFY2(
            sharp.out.contains("PRECISION NOT REACHED: the unavailability of the design is known to within"),
            sharp.out.constData());
        QVERIFY2(sharp.err.contains("precision"), sharp.err.constData());
        const QJsonObject json = cli(arguments + QStringList{"--precision", "0.001%", "--json"}).json();
        QVERIFY(json["partial"].toBool() && !json["precision"]["met"].toBool(true));
        QVERIFY(json["precision"]["reached"].toDouble() > 1e-5);
        const Outcome rough = cli(arguments + QStringList{"--precision", "20%"});
        QVERIFY2(rough.code != 6 &&
                     rough.out.contains("precision: the unavailability of the design is known to within"),
                 rough.out.constData());
        QVERIFY(cli(arguments + QStringList{"--years", "10", "--precision", "5%"})
                    .err.contains("--precision has no effect"));
    }

    // The first lines of a run over the years answer what one gets.
    void yearsBeginWithWhatOneGets() {
        const Outcome years =
            cli({"simulate", fresh("e-commerce"), "--mode", "availability", "--years", "2000"});
        const QByteArray head = years.out.left(years.out.indexOf("Brackets"));
        QVERIFY2(head.contains("What you get"), years.out.constData());
        static const QRegularExpression kRows(
            "availability +design +99\\.9.* of the time, .*/yr down\n.*RTO +lb +until it served again: "
            "[\\d.]+ s "
            "in 95 % of .* losses, .* on average; .* without a take-over\n.*take-over +lb +where there was "
            "one: "
            ".*\n.*RTO +db +until writes worked again: [\\d.]+ s in 95 %.*\n.*take-over +db .*\n.*RPO +db "
            "+[\\d.]+ .?s of writes lost in 95 %");
        QVERIFY2(kRows.match(QString::fromUtf8(head)).hasMatch(), head.constData());
        QVERIFY(
            !cli({"simulate", fresh("web-pair"), "--scenario", "kill-web2"}).out.contains("What you get"));
    }

    // What the strip of the window shows: p99 and objectives, too.
    void checkJudgesObjectives() {
        const Outcome text = cli({"check", fresh("e-commerce")});
        static const QRegularExpression kLatency(
            "Latency p99, all up\n  [\\d.]+ ms  \\[[\\d.]+ ms - [\\d.]+ ms\\]  simulated\n");
        QVERIFY2(kLatency.match(QString::fromUtf8(text.out)).hasMatch(), text.out.constData());
        QVERIFY2(text.out.contains("  met       Cost: $3130 a month"), text.out.constData());
        QVERIFY(text.out.contains("judged on the share of time up, until a run counts the requests"));
        const QJsonObject json = cli({"check", fresh("e-commerce"), "--json"}).json();
        QCOMPARE(json["latency_p99_ms"]["ci95"].toArray().size(), 2);
        QCOMPARE(json["objectives"].toArray().size(), 5);
        for (const QJsonValue& objective : json["objectives"].toArray()) {
            // What a group loses, and for how long, only a run tells.
            const bool ofGroup = objective["sentence"].toString().startsWith("db: ");
            QVERIFY(ofGroup ? objective["met"].isNull() : objective["met"].toBool());
            QVERIFY(!objective["sentence"].toString().isEmpty());
        }
    }

    // An option that has no effect is no part of the command that gives the same again.
    void whatHasNoEffectIsNotRepeated() {
        const Outcome run = cli({"simulate", fresh("web-pair"), "--scenario", "kill-web2", "--years", "3"});
        QVERIFY2(run.err.contains("--years has no effect"), run.err.constData());
        QVERIFY2(run.out.contains("--scenario kill-web2 --seed 1\n"), run.out.constData());
        const Outcome twice = cli({"simulate", "x", "--scenario", "a", "--scenario", "b"});
        QCOMPARE(twice.code, 2);
        QVERIFY2(twice.err.contains("--scenario is given 2 times"), twice.err.constData());
    }

    // In text alone.
    void largeNumbersAreGrouped() {
        const Outcome text = cli({"check", fresh("web-pair")});
        QVERIFY2(text.out.contains("97 000/s"), text.out.constData());
        static const QRegularExpression kLong("(?<![0-9a-f.])[0-9]{5,}(?![0-9a-f])");
        QVERIFY2(!QString::fromUtf8(text.out).contains(kLong), text.out.constData());
        for (const QJsonValue& load : cli({"check", fresh("web-pair"), "--json"}).json()["loads"].toArray())
            QVERIFY(load["capacity_per_s"].toDouble() > 100);
    }

    // What several figures and flows have in common is said once.
    void notesAreSaidOnce() {
        const Outcome outcome =
            cli({"simulate", fresh("web-pair"), "--mode", "availability", "--years", "20000"});
        QCOMPARE(outcome.out.count("time average of the share of requests"), 1);
        const QString text = QString::fromUtf8(outcome.out);
        static const QRegularExpression kOutages("\\((\\d[\\d ]*) outages in 20 000 simulated years\\)");
        const auto match = kOutages.match(text);
        QVERIFY2(match.hasMatch() && match.captured(1).contains(' '), outcome.out.constData());
        QCOMPARE(text.count(match.captured(0)), 1);
    }

    // Time with all classes up is less than the time of either; the structure stands beside it in two
    // readings.
    void theWholeDesignAndItsExactFiguresAreBesideIt() {
        const QByteArray shop =
            cli({"simulate", fresh("e-commerce"), "--mode", "availability", "--years", "3000"}).out;
        QVERIFY2(shop.contains("\ndesign  (up while every class is; the rest as shoppers)\n"),
                 shop.constData());
        QVERIFY2(shop.contains("the run above counts that whole time as down"), shop.constData());
        QVERIFY2(shop.contains("with detection and take-overs"), shop.constData());
        const QByteArray scenario =
            cli({"simulate", fresh("e-commerce"), "--scenario", "kill-web1", "--duration", "5"}).out;
        QVERIFY2(!scenario.contains("Exact, beside it"), scenario.constData());
    }

    // Promoted, found by its callers, able to commit, served again: one outage, several lengths.
    void lengthsOfAnOutageAreInOnePlace() {
        const QByteArray out =
            cli({"simulate", fresh("e-commerce"), "--scenario", "kill-source", "--duration", "60"}).out;
        const qsizetype from = out.indexOf("What it cost\n"), to = out.indexOf("\n\n", from);
        const QByteArray cost = out.mid(from, to - from),
                         rest = out.mid(to, out.indexOf("\nObjectives\n") - to);
        for (const char* words : {"not served      shoppers:order", "outage          shoppers:order",
                                  "recovery (RTO)  db, crash", "(not served: more of the requests",
                                  "(outage: until enough parts worked", "(recovery: from the failure until"})
            QVERIFY2(cost.count(words) == 1, (cost + "\nlacks: " + words).constData());
        for (const char* words : {"not served", "outage", "recovery time"})
            QVERIFY2(!rest.contains(words), (rest + "\nhas: " + words).constData());
        QVERIFY2(out.contains("  none: acknowledged writes lost"), out.constData());
        // What is not over at the end is no recovery, and is said first all the same.
        const QByteArray dead = cli({"simulate", fresh("e-commerce"), "--scenario", "second-failure"}).out;
        QVERIFY2(dead.contains("  not recovered   db, gone         2.5 min so far\n"), dead.constData());
    }

    // A take-over costs requests, and nothing to speak of in a year; two of which one never ends is too long.
    void scenariosAreJudgedByWhatBelongsToThem() {
        const Outcome one = cli({"simulate", fresh("e-commerce"), "--scenario", "kill-source"});
        QVERIFY2(one.code == 0 && one.out.contains("  budget    shoppers: 99.6"), one.out.constData());
        QVERIFY2(one.out.contains("  met       db: recovery time (RTO)"), one.out.constData());
        const Outcome two = cli({"simulate", fresh("e-commerce"), "--scenario", "second-failure"});
        QVERIFY2(two.code == 1 && two.out.contains("  MISSED    db: recovery time (RTO)"),
                 two.out.constData());
    }

    void notesOfMembersAreSaidOnce() {
        const QByteArray out =
            cli({"export", fresh("e-commerce"), "--to", "haproxy", "-o", file("notes")}).out;
        QCOMPARE(out.count("TLS is not part of the design"), 1);
        QVERIFY2(out.contains("  lb1, lb2: "), out.constData());
    }

    void kindsTellHowSlow() {
        QVERIFY(cli({"kinds", "server"}).out.contains("5 times as slow"));
        const Outcome json = cli({"kinds", "server", "--json"});
        double factor = 0;
        for (const QJsonValue& mode : json.json()["kinds"][0]["failure_modes"].toArray())
            if (mode["effect"].toString() == "slow") factor = mode["slow_factor"].toDouble();
        QCOMPARE(factor, 5.0);
    }

    void unknownScenarioNamesThoseThatAre() {
        const Outcome outcome = cli({"simulate", fresh("web-pair"), "--scenario", "kill-web3"});
        QCOMPARE(outcome.code, 2);
        QVERIFY(outcome.err.contains("kill-web2"));
    }

    void anEmptyScenarioIsNoScenario() {
        const Outcome outcome = cli({"simulate", fresh("web-pair"), "--scenario", ""});
        QVERIFY2(outcome.code == 2 && outcome.err.contains("name a scenario"), outcome.err.constData());
    }

    void helpGoesToStdout() {
        for (const char* command : {"new", "templates", "kinds", "check", "simulate", "export", "schema"}) {
            const Outcome outcome = cli({command, "--help"});
            QCOMPARE(outcome.code, 0);
            QVERIFY(outcome.out.contains("Example:"));
        }
    }

    void interruptionIsNotASuccess() {
        QProcess process;
        process.start(cliPath(), {"simulate", fresh("web-pair"), "--mode", "availability", "--years",
                                  "10000000", "--json"});
        QVERIFY(process.waitForStarted());
        QTest::qWait(300); // into the run; before or after, the exit code is the same
        QVERIFY2(process.processId() > 0, "it ended by itself"); // kill(0) would hit the test runner
        ::kill(pid_t(process.processId()), SIGTERM);
        QVERIFY(process.waitForFinished(5000));
        QCOMPARE(process.exitCode(), 143);
    }

    // Each command line with its streams full, closed or read by nobody: it ends with a documented code.
    void streamsThatCannotBeWritten_data() {
        QTest::addColumn<QString>("command");
        QTest::addColumn<int>("code");
        const QString check = " check '" + fresh("web-pair") + "'";
        const QString missing = " check '" + file("missing.aon.json") + "'";
        const auto row = [](const QString& command, int code) {
            QTest::newRow(qPrintable(command)) << command << code;
        };
        row("$CLI kinds --json >/dev/full", 4);
        row("$CLI --help >/dev/full", 4);
        row("$CLI --version >&-", 4);
        row("$CLI" + check + " >&-", 4);
        row("$CLI" + check + " --json >/dev/full 2>/dev/full", 4);
        row("$CLI" + check + " >/dev/null 2>/dev/full", 0);
        row("$CLI" + check + " >/dev/null 2>&-", 0);
        row("$CLI" + check + " <&- >/dev/null 2>&-", 0);
        row("$CLI" + missing + " 2>/dev/full", 4);
        row("$CLI" + missing + " --json 2>&-", 4);
        row("$CLI fly 2>/dev/full", 2);
        row("$CLI fly 2>&-", 2);
        // Nobody reads: the writer waits until the reader has closed its end.
        const auto unread = [&](const QString& command, int code) {
            row("rm -f gone; { until [ -e gone ]; do sleep 0.01; done; $CLI" + command +
                    "; echo $? >&3; } 3>code 2>&1 | { exec <&-; : >gone; }; exit $(cat code)",
                code);
        };
        unread(" kinds --json", 4);
        unread(check, 4);
        unread(" fly", 2);
        unread(missing, 4);
    }
    void streamsThatCannotBeWritten() {
        QFETCH(QString, command);
        QFETCH(int, code);
        QProcess process;
        process.setWorkingDirectory(m_folder.path());
        process.start("/bin/sh", {"-c", "CLI='" + cliPath() + "'\n" + command});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), code);
    }

    // The file that is written must not get the number of a closed stream, and the messages with it.
    void aClosedStreamDoesNotEndInTheDesign() {
        const QString path = file("closed.aon.json");
        QProcess process;
        process.start("/bin/sh", {"-c", cliPath() + " new --template web-pair -o '" + path + "' >&- 2>&-"});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 0);
        QCOMPARE(readAll(path), cli({"new", "--template", "web-pair"}).out);
    }

    void theWrongWordIsNamed() {
        const Outcome near = cli({"chek", fresh("web-pair")});
        QVERIFY2(near.err.contains("\"chek\"") && near.err.contains("Did you mean \"check\"?"),
                 near.err.constData());
        const Outcome far = cli({"fly", "--quiet"});
        QVERIFY2(far.err.contains("no command \"fly\"") && far.err.contains("simulate"), far.err.constData());
        const Outcome extra = cli({"check", fresh("web-pair"), "more"});
        QVERIFY2(extra.err.contains("expected: more. See alwayson-cli check --help."), extra.err.constData());
    }

    void aPlainPrecisionOfOneIsNotOnePercent() {
        for (const char* text : {"1", "5", "1.0"}) {
            const Outcome outcome = cli({"simulate", fresh("web-pair"), "--precision", text});
            QCOMPARE(outcome.code, 2);
            QVERIFY2(outcome.err.contains("Did you mean"), outcome.err.constData());
        }
        QVERIFY(cli({"simulate", fresh("web-pair"), "--precision", "5"}).err.contains("5% or 0.05"));
    }

    void helpExplainsItsWords() {
        QVERIFY(cli({"export", "--help"}).out.contains("\"haproxy_version\": \"2.8\""));
        const QByteArray check = cli({"check", "--help"}).out;
        for (const char* word : {"of 20 minutes of normal operation", "in a failure mode", "Birnbaum",
                                 "Fussell-Vesely", "RAW", "price_book"})
            QVERIFY2(check.contains(word), word);
        QVERIFY(cli({"simulate", "--help"}).out.contains("good requests: share"));
    }

    void noColourWhenNotATerminal() { QVERIFY(!cli({"check", fresh("web-pair")}).out.contains('\033')); }
};

ALWAYSON_TEST_MAIN(TestCli, test_cli)
#include "test_cli.moc"
