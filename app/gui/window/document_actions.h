#pragma once
// Opening, saving and leaving a design without ever losing work: nothing here blocks, every question is
// answered later.

#include <QObject>
#include <QStringList>

#include <functional>

class QWidget;

namespace alwayson::gui {

class Session;

class DocumentActions : public QObject {
    Q_OBJECT
public:
    DocumentActions(Session& session, QWidget& window);

    void chooseFile();                          // a file dialog, then open
    void open(const QString& path);             // guarded
    void openTemplate(const QString& id);       // guarded
    void save(std::function<void()> then = {}); // asks for a name when there is none
    void saveAs(std::function<void()> then = {});
    // Runs `then` at once when nothing would be lost, else after Save or Discard.
    void guard(std::function<void()> then);
    QStringList recent() const;         // existing files, latest first
    void remember(const QString& path); // among the recent ones

signals:
    void opened(); // something else is shown now
    void recentChanged();

private:
    Session& m_session;
    QWidget& m_window;
};

} // namespace alwayson::gui
