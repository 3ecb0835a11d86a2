// The export dock: every file before it is written, the real tool's word on it, and nothing of the user's
// replaced unasked.

#include "app/gui/run/export_panel.h"
#include "app/gui/widgets/ui.h"
#include "app/verbs/verbs.h"
#include "tests/app/gui/canvas/canvas_fixture.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>

using namespace alwayson;
using namespace alwayson::gui;
using namespace alwayson::gui::test;

namespace {

constexpr const char* kConfig = "haproxy/lb1/haproxy.cfg";

struct Bench {
    Session session;
    Theme theme;
    ExportPanel panel{session, theme};
    QListWidget& files = *panel.findChild<QListWidget*>(QStringLiteral("export-files"));
    QPlainTextEdit& preview = *panel.findChild<QPlainTextEdit*>(QStringLiteral("export-preview"));
    QLabel& verdict = *panel.findChild<QLabel*>(QStringLiteral("export-verdict"));
    QPushButton& write = *panel.findChild<QPushButton*>(QStringLiteral("export-write"));

    QComboBox& target = *panel.findChild<QComboBox*>(QStringLiteral("export-target"));

    bool ready(const char* of = "haproxy") {
        if (!session.newFromTemplate(QStringLiteral("web-pair"))) return false;
        target.setCurrentIndex(target.findData(QString::fromLatin1(of)));
        panel.resize(900, 300);
        panel.show();
        return QTest::qWaitFor([this] { return write.isEnabled(); }, 20000);
    }
    QMessageBox* question() const { return panel.findChild<QMessageBox*>(QStringLiteral("export-replace")); }
};

void put(const QString& path, const QByteArray& bytes) {
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
}

QByteArray bytesOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(no file)");
}

} // namespace

class TestExportPanel : public QObject {
    Q_OBJECT
private slots:
    void notesAreUnfoldedBesideTheFile() {
        Bench bench;
        QVERIFY(bench.ready());
        bench.files.setCurrentItem(
            bench.files.findItems(QString::fromLatin1(kConfig), Qt::MatchExactly).first());
        auto* notes = bench.panel.findChild<QLabel*>(QStringLiteral("export-notes"));
        auto* show = bench.panel.findChild<QPushButton*>(QStringLiteral("export-show-notes"));
        QVERIFY(notes && show && show->isVisible() && !notes->isVisible());
        const int height = bench.preview.height();
        show->click();
        QVERIFY(notes->isVisible());
        QCOMPARE(bench.preview.height(), height);
        const QStringList sentences = notes->text().split(QStringLiteral("\n\n"));
        QCOMPARE(show->text(), QStringLiteral("Notes %1").arg(sentences.size()));
        for (const QString& sentence : sentences)
            QVERIFY2(sentence.front().isUpper() ||
                         bench.session.design().hasId(sentence.section(QLatin1Char(' '), 0, 0).toStdString()),
                     qPrintable(sentence));
    }
    void theProposedFolderCanBeChosenBeforeItIsThere() {
        Bench bench;
        QVERIFY(bench.ready());
        QTemporaryDir folder;
        QVERIFY(bench.session.saveFile(folder.filePath(QStringLiteral("s6.aon.json"))));
        bench.panel.chooseFolder();
        auto* dialog = bench.panel.findChild<QFileDialog*>();
        QVERIFY(dialog);
        QPushButton* choose = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Open);
        auto* name = dialog->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"));
        QVERIFY(choose && name);
        QCOMPARE(name->text(), QStringLiteral("s6-export"));
        QTRY_VERIFY(choose->isVisible() && choose->isEnabled());
        // A folder in one that is not there is refused, another beside it is not.
        name->setText(QStringLiteral("none/out"));
        QTRY_VERIFY(!choose->isEnabled());
        name->setText(QStringLiteral("out"));
        QTRY_VERIFY(choose->isEnabled());
        const QString wanted = folder.filePath(QStringLiteral("out"));
        QVERIFY(!QFileInfo::exists(wanted));
        QTest::mouseClick(choose, Qt::LeftButton);
        QVERIFY(QFileInfo(wanted).isDir());
        // What is chosen is written to: no second dialog.
        QTest::mouseClick(&bench.write, Qt::LeftButton);
        QTRY_VERIFY(QFileInfo::exists(wanted + QLatin1Char('/') + QString::fromLatin1(kConfig)));
    }
    void everythingGoesIntoOneFolder() {
        Bench bench;
        QCOMPARE(bench.target.currentText(), QStringLiteral("Everything"));
        QVERIFY(bench.ready("all"));
        verbs::ExportOptions options;
        options.target = "all";
        const auto wanted = verbs::exportDesign(bench.session.design(), options);
        QVERIFY(wanted);
        QCOMPARE(std::size_t(bench.files.count()), wanted->size());
        // The page that leads through the folder is on top, open, with what the tools say of all of it.
        QCOMPARE(bench.files.item(0)->text(), QStringLiteral("README.md"));
        QCOMPARE(bench.files.currentRow(), 0);
        auto* verdict = static_cast<ui::ElidedLabel*>(&bench.verdict);
        const QString all = QStringLiteral(" of %1 valid").arg(wanted->size());
        QVERIFY2(verdict->fullText().contains(all) ||
                     verdict->fullText().contains(QStringLiteral("none checked")),
                 qPrintable(verdict->fullText()));
        QVERIFY(verdict->toolTip().contains(verdict->fullText().section(QStringLiteral(" \u00B7 "), 0, 0)));
        for (const verbs::ExportedFile& file : *wanted)
            QCOMPARE(bench.files.findItems(QString::fromStdString(file.path), Qt::MatchExactly).size(), 1);
        QTemporaryDir folder;
        bench.panel.setFolder(folder.path());
        QTest::mouseClick(&bench.write, Qt::LeftButton);
        for (const verbs::ExportedFile& file : *wanted)
            QCOMPARE(bytesOf(folder.filePath(QString::fromStdString(file.path))),
                     QByteArray::fromStdString(file.bytes));
    }

    void aNarrowPanelCutsNoWords() {
        Bench bench;
        QVERIFY(bench.ready());
        bench.panel.resize(588, 220);
        QVERIFY2(bench.panel.minimumSizeHint().width() <= 588,
                 qPrintable(QString::number(bench.panel.minimumSizeHint().width())));
        for (const QPushButton* button : bench.panel.findChildren<QPushButton*>()) {
            if (!button->isVisible()) continue;
            const int words = button->fontMetrics().horizontalAdvance(button->text());
            QVERIFY2(button->width() >= words + 20, qPrintable(button->text()));
            QVERIFY(!button->text().isEmpty() || !button->toolTip().isEmpty());
        }
        bench.panel.resize(900, 300);
        QCOMPARE(bench.write.text(), QStringLiteral("Export to folder"));
    }

    void everyFileIsShownBeforeAnythingIsWritten() {
        Bench bench;
        QVERIFY(bench.ready());
        verbs::ExportOptions options;
        const auto wanted = verbs::exportDesign(bench.session.design(), options);
        QVERIFY(wanted);
        QCOMPARE(std::size_t(bench.files.count()), wanted->size());
        for (const verbs::ExportedFile& file : *wanted) {
            const auto found = bench.files.findItems(QString::fromStdString(file.path), Qt::MatchExactly);
            QCOMPARE(found.size(), 1);
            bench.files.setCurrentItem(found.first());
            QCOMPARE(bench.preview.toPlainText(), QString::fromStdString(file.bytes));
        }
    }

    void theConfigurationOpensWithTheVerdictOfTheTool() {
        Bench bench;
        QVERIFY(bench.ready());
        QCOMPARE(bench.files.currentItem()->text(), QString::fromLatin1(kConfig));
        verbs::ExportOptions options;
        options.verify = true;
        const auto wanted = verbs::exportDesign(bench.session.design(), options);
        QVERIFY(wanted);
        const auto config = std::find_if(wanted->begin(), wanted->end(), [](const verbs::ExportedFile& file) {
            return file.path == kConfig;
        });
        QVERIFY(config != wanted->end());
        const QString shown = bench.verdict.text();
        if (config->verifiedBy.empty()) {
            // Without the tool the panel says that nobody checked.
            QVERIFY2(!shown.isEmpty() && !shown.contains("valid"), qPrintable(shown));
        } else {
            // Without the number of who packaged it.
            const QString tool = QString::fromStdString(config->verifiedBy).section(QLatin1Char('-'), 0, 0);
            QVERIFY2(shown.startsWith(tool), qPrintable(shown));
            QVERIFY2(shown.contains("valid"), qPrintable(shown));
            QCOMPARE(bench.verdict.property("tone").toString(), QStringLiteral("ok"));
        }
    }

    void anEditIsFollowedAndAnOldExportIsNotWritten() {
        Bench bench;
        QVERIFY(bench.ready());
        const QString before = bench.preview.toPlainText();
        bench.session.apply(operation::setParameter(Collection::nodes, "lb1", "check_inter_ms", 7000));
        QVERIFY(!bench.write.isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(bench.write.isEnabled(), 20000);
        QVERIFY(bench.preview.toPlainText() != before);
        QVERIFY(bench.preview.toPlainText().contains("inter 7"));
    }

    void writesAndWritesAgain() {
        Bench bench;
        QVERIFY(bench.ready());
        QTemporaryDir folder;
        bench.panel.setFolder(folder.path());
        QSignalSpy notices(&bench.session, &Session::notice);
        for (int i = 0; i < 2; ++i) {
            QTest::mouseClick(&bench.write, Qt::LeftButton);
            QVERIFY(!bench.question());
        }
        QCOMPARE(notices.count(), 2);
        QCOMPARE(QString::fromUtf8(bytesOf(folder.filePath(kConfig))), bench.preview.toPlainText());
    }

    void whatItDidNotWriteIsReplacedOnlyWhenToldTo() {
        Bench bench;
        QVERIFY(bench.ready());
        QTemporaryDir folder;
        const QString path = folder.filePath(kConfig);
        put(path, "mine\n");
        bench.panel.setFolder(folder.path());
        QSignalSpy notices(&bench.session, &Session::notice);

        QTest::mouseClick(&bench.write, Qt::LeftButton);
        QMessageBox* question = bench.question();
        QVERIFY(question);
        QVERIFY2(question->text().contains(kConfig), qPrintable(question->text()));
        QVERIFY2(question->informativeText().contains("another folder"),
                 qPrintable(question->informativeText()));
        // Enter and Escape keep the file.
        QCOMPARE(question->defaultButton(), question->button(QMessageBox::Cancel));
        QCOMPARE(question->escapeButton(), question->button(QMessageBox::Cancel));
        QTest::mouseClick(question->button(QMessageBox::Cancel), Qt::LeftButton);
        QTRY_VERIFY(!bench.question());
        QCOMPARE(bytesOf(path), QByteArray("mine\n"));
        QCOMPARE(notices.count(), 0);

        QTest::mouseClick(&bench.write, Qt::LeftButton);
        QVERIFY(bench.question());
        auto* replace = bench.question()->findChild<QAbstractButton*>(QStringLiteral("export-replace-all"));
        QVERIFY(replace);
        QTest::mouseClick(replace, Qt::LeftButton);
        QTRY_COMPARE(notices.count(), 1);
        QCOMPARE(QString::fromUtf8(bytesOf(path)), bench.preview.toPlainText());
    }

    void aFileChangedSinceTheExportIsAskedFor() {
        Bench bench;
        QVERIFY(bench.ready());
        QTemporaryDir folder;
        bench.panel.setFolder(folder.path());
        QTest::mouseClick(&bench.write, Qt::LeftButton);
        put(folder.filePath(kConfig), "tuned by hand\n");
        put(folder.filePath("haproxy/lb1/apply.sh"), "echo mine\n");
        QTest::mouseClick(&bench.write, Qt::LeftButton);
        QVERIFY(bench.question());
        QVERIFY2(bench.question()->text().contains("2 files"), qPrintable(bench.question()->text()));
        QVERIFY(bench.question()->informativeText().contains("apply.sh"));
        bench.question()->close();
        QCOMPARE(bytesOf(folder.filePath(kConfig)), QByteArray("tuned by hand\n"));
    }

    void aFolderThatCannotBeWrittenIsAnError() {
        Bench bench;
        QVERIFY(bench.ready());
        QTemporaryDir folder;
        const QString blocked = folder.filePath("blocked");
        put(blocked, "a file, no folder");
        bench.panel.setFolder(blocked);
        QSignalSpy errors(&bench.session, &Session::errorRaised);
        QTest::mouseClick(&bench.write, Qt::LeftButton);
        QCOMPARE(errors.count(), 1);
        QVERIFY(!errors.first().at(1).toString().isEmpty());
    }
};

ALWAYSON_TEST_MAIN(TestExportPanel, test_export_panel)
#include "test_export_panel.moc"
