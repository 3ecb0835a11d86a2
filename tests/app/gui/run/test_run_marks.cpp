// Which events of a run get words on the timeline, and which words.

#include "app/gui/charts/mark_labels.h"
#include "app/gui/run/run_marks.h"
#include "app/verbs/verbs.h"
#include "tests/support/test_support.h"

using namespace alwayson;
using namespace alwayson::gui;

namespace {

template <class Table>
void rename(Table& table, const std::string& id, const std::string& name) {
    auto one = *table.find(id);
    one.name = name;
    table.replace(table.indexOf(id), one);
}

} // namespace

class TestRunMarks : public QObject {
    Q_OBJECT
private slots:
    void whatMattersComesFirst() {
        const Design design = *verbs::newFromTemplate("e-commerce");
        SimulationResult result;
        result.events = {{40, "cut", "eu-a", "", "zone a is cut off from everything outside"},
                         {41, "check_failed", "web2", "lb2", "lb2 sees web2: check 1 of 3 failed"},
                         {42, "lease_lost", "db1", "",
                          "db1 hears no majority and takes no more writes: its lease has run out"},
                         {43, "role_changed", "lb2", "lb1",
                          "lb2 takes the address of lb from lb1, 3.18 s after the failure"},
                         {45, "marked_down", "web2", "lb2", "lb2 marks web2 down, 5.11 s after the failure"},
                         {46, "promoting", "db2", "db1", "db2 is being made the source of shop-db"},
                         {49, "role_changed", "db2", "db1",
                          "db2 is the source of shop-db now, in place of db1, 9.1 s after its loss"},
                         {83, "healed", "eu-a", "", "zone a: the cut has healed"},
                         {83, "reconciling", "db1", "db2",
                          "db1 stays out of shop-db until its data is sorted out, in 11 h: whoever reads "
                          "from it sees old data"},
                         {85, "marked_up", "web3", "lb1", "lb1 marks web3 up"}};
        const char* briefs[] = {"zone a is cut off",     "web2: check 1 of 3 failed",
                                "db1 hears no majority", "lb2 takes the address from lb1",
                                "lb2 marks web2 down",   "db2 is being made the source",
                                "db2 is the source now", "zone a: the cut has healed",
                                "db1 stays out",         "lb1 marks web3 up"};
        for (std::size_t i = 0; i < result.events.size(); ++i)
            result.events[i].brief = briefs[i];
        const std::vector<ChartMark> marks = marksOf(design, result);
        QCOMPARE(marks.size(), result.events.size());
        const auto at = [&](const char* brief) {
            for (const ChartMark& mark : marks)
                if (mark.brief == QLatin1String(brief)) return mark;
            qWarning("no mark %s", brief);
            return ChartMark{};
        };
        const int source = at("db2 is the source now").rank, out = at("db1 stays out").rank,
                  majority = at("db1 hears no majority").rank,
                  address = at("lb2 takes the address from lb1").rank, up = at("lb1 marks web3 up").rank,
                  down = at("lb2 marks web2 down").rank;
        for (const int important : {source, out, majority, address}) {
            QVERIFY(important < at("db2 is being made the source").rank);
            QVERIFY(important < down && important < up);
        }
        QVERIFY(at("zone a is cut off").rank < source);
        QVERIFY(source < address && out < majority);
        QVERIFY(!marks[1].important && marks[8].important);
        QVERIFY(marks[8].tone == Tone::bad);
    }

    // What a run wrote for marks is shown as it is, whatever the names in it look like.
    void marksHaveTheBriefWordsOfTheRun() {
        Design design = *verbs::newFromTemplate("e-commerce");
        const std::string name = "db2 of %1, until ";
        rename(design.nodes, "db2", name);
        SimulationResult result;
        result.events = {
            {1, "role_changed", "db2", "db1", name + " is the source of shop-db now, in place of db1"}};
        result.events[0].brief = name + " is the source now";
        const std::vector<ChartMark> marks = marksOf(design, result);
        QCOMPARE(marks[0].brief, QString::fromStdString(result.events[0].brief));
        QCOMPARE(marks[0].text, QString::fromStdString(result.events[0].text));
    }

    // Many marks of little weight leave room for one of much, wherever it stands among them.
    void weightWinsWhereRoomIsShort() {
        for (int important = 0; important < 12; ++important) {
            std::vector<MarkLabel> labels;
            for (int i = 0; i < 12; ++i)
                labels.push_back({100 + 7.0 * i, 110, i == important ? 1 : 5});
            const auto places = placeMarkLabels(labels, 50, 800);
            QVERIFY2(places[std::size_t(important)], qPrintable(QString::number(important)));
        }
        // Beside a crowd on the right there is room on the left.
        const auto places =
            placeMarkLabels({{200, 90, 0}, {216, 120, 1}, {345, 80, 1}, {350, 90, 6}}, 50, 800);
        QVERIFY(places[0] && places[1] && places[2]);
    }
};

ALWAYSON_TEST_MAIN(TestRunMarks, test_run_marks)
#include "test_run_marks.moc"
