// Truth is for the kernel, fault injection and the transport. What acts on what it can see must not even
// include it.

#include "tests/support/test_support.h"

#include <QDirIterator>

class TestTruthAndView : public QObject {
    Q_OBJECT

private slots:
    void onlyAFewFilesIncludeTruth() {
        const QStringList allowed{"mechanism/cut.cpp",       "mechanism/deployment.cpp",
                                  "mechanism/fault.cpp",     "mechanism/pool_support.h",
                                  "mechanism/transport.cpp", "run/request_engine.h"};
        const QString root = QString(ALWAYSON_SOURCE_DIR) + "/simulator/";
        QStringList found;
        int files = 0;
        for (QDirIterator it(root, {"*.h", "*.cpp"}, QDir::Files, QDirIterator::Subdirectories);
             it.hasNext();) {
            QFile file(it.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            ++files;
            if (file.readAll().contains("#include \"simulator/kernel/truth.h\""))
                found << file.fileName().mid(root.size());
        }
        found.sort();
        QVERIFY(files > 30);
        QCOMPARE(found, allowed);
    }
    // Mechanisms other than these see the engine only through the context, which names Truth and nothing
    // of it.
    void mechanismsDoNotIncludeTheEngine() {
        const QString root = QString(ALWAYSON_SOURCE_DIR) + "/simulator/mechanism/";
        for (QDirIterator it(root, {"*.h", "*.cpp"}, QDir::Files); it.hasNext();) {
            QFile file(it.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QByteArray text = file.readAll();
            QVERIFY2(!text.contains("simulator/run/"), qPrintable(file.fileName()));
            if (file.fileName().endsWith("cut.cpp") || file.fileName().endsWith("deployment.cpp") ||
                file.fileName().endsWith("fault.cpp") || file.fileName().endsWith("interruption.cpp") ||
                file.fileName().endsWith("/standby.cpp") || file.fileName().endsWith("transport.cpp"))
                continue;
            QVERIFY2(!text.contains("c.truth."), qPrintable(file.fileName()));
        }
    }
};

ALWAYSON_TEST_MAIN(TestTruthAndView, test_truth_and_view)
#include "test_truth_and_view.moc"
