#include "app/gui/window/document_actions.h"

#include "app/gui/session/session.h"
#include "core/base/ids.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>

namespace alwayson::gui {

namespace {

constexpr int kMostRecent = 8;
constexpr const char* kRecentKey = "recent";

QString fileFilter() {
    return DocumentActions::tr("Always On designs (*.aon.json *.json);;All files (*)");
}

} // namespace

DocumentActions::DocumentActions(Session& session, QWidget& window)
    : QObject(&window), m_session(session), m_window(window) {}

void DocumentActions::chooseFile() {
    auto* dialog =
        new QFileDialog(&m_window, tr("Open a design"), QFileInfo(m_session.filePath()).path(), fileFilter());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &DocumentActions::open);
    dialog->open();
}

void DocumentActions::open(const QString& path) {
    guard([this, path] {
        if (!m_session.openFile(path)) return;
        remember(path);
        emit opened();
    });
}

void DocumentActions::openTemplate(const QString& id) {
    guard([this, id] {
        if (m_session.newFromTemplate(id)) emit opened();
    });
}

void DocumentActions::save(std::function<void()> then) {
    if (m_session.filePath().isEmpty()) {
        saveAs(std::move(then));
        return;
    }
    if (!m_session.saveFile(m_session.filePath())) return;
    remember(m_session.filePath());
    if (then) then();
}

void DocumentActions::saveAs(std::function<void()> then) {
    QString proposal = m_session.filePath();
    if (proposal.isEmpty())
        proposal = QString::fromStdString(slugId(m_session.design().name)) + QStringLiteral(".aon.json");
    auto* dialog = new QFileDialog(&m_window, tr("Save the design"), proposal, fileFilter());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("aon.json"));
    connect(dialog, &QFileDialog::fileSelected, this, [this, then = std::move(then)](const QString& path) {
        if (!m_session.saveFile(path)) return;
        remember(path);
        if (then) then();
    });
    dialog->open();
}

void DocumentActions::guard(std::function<void()> then) {
    if (!m_session.isModified()) {
        then();
        return;
    }
    for (auto* asked : m_window.findChildren<QMessageBox*>(QStringLiteral("closeGuard")))
        if (asked->isVisible()) return; // one question at a time
    const QString name = QString::fromStdString(m_session.design().name);
    auto* question = new QMessageBox(&m_window);
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setObjectName(QStringLiteral("closeGuard"));
    question->setTextFormat(Qt::PlainText);
    question->setText(tr("Save the changes to \"%1\"?").arg(name.isEmpty() ? tr("Untitled") : name));
    question->setInformativeText(tr("They are lost otherwise."));
    question->setStandardButtons(QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel);
    question->setDefaultButton(QMessageBox::Save);
    connect(question, &QMessageBox::buttonClicked, this,
            [this, question, then = std::move(then)](QAbstractButton* button) {
                const QMessageBox::StandardButton answer = question->standardButton(button);
                if (answer == QMessageBox::Discard)
                    then();
                else if (answer == QMessageBox::Save)
                    save(then);
            });
    question->open();
}

QStringList DocumentActions::recent() const {
    QStringList result;
    for (const QString& path : QSettings().value(QLatin1String(kRecentKey)).toStringList())
        if (QFileInfo::exists(path)) result << path;
    return result;
}

void DocumentActions::remember(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    QSettings settings;
    QStringList all = settings.value(QLatin1String(kRecentKey)).toStringList();
    all.removeAll(absolute);
    all.prepend(absolute);
    while (all.size() > kMostRecent)
        all.removeLast();
    settings.setValue(QLatin1String(kRecentKey), all);
    emit recentChanged();
}

} // namespace alwayson::gui
