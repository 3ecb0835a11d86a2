#include "app/gui/run/export_panel.h"

#include "app/gui/run/highlighter.h"
#include "app/gui/run/line_diff.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "app/verbs/verbs.h"
#include "core/catalogue/catalogue.h"

#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QShowEvent>
#include <QStyle>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <thread>

namespace alwayson::gui {

namespace {

QString qt(const std::string& text) {
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

// Targets that some kind of the catalogue can be exported to.
QStringList targets() {
    QStringList ids;
    for (const Descriptor& kind : Catalogue::builtIn().kinds())
        for (const std::string& id : kind.exports)
            if (!ids.contains(qt(id))) ids << qt(id);
    ids.sort();
    return ids;
}

QString targetTitle(const QString& id) {
    const Descriptor* kind = Catalogue::builtIn().kind(id.toStdString());
    return kind ? qt(kind->title) : id;
}

void setTone(QLabel* label, const char* tone) {
    label->setProperty("tone", tone);
    label->style()->unpolish(label);
    label->style()->polish(label);
}

// On the worker's thread, where an exception would end the program.
Result<std::vector<verbs::ExportedFile>> exported(const Design& design, const verbs::ExportOptions& options,
                                                  std::stop_token stop) {
    try {
        return verbs::exportDesign(design, options, stop);
    } catch (const std::exception& exception) {
        return Error{ErrorKind::internal, "export.exception", exception.what(), {}, {}};
    }
}

} // namespace

struct ExportPanel::Impl {
    Impl(ExportPanel& owner, Session& of, const Theme& look) : panel(owner), session(of), theme(look) {}

    ExportPanel& panel;
    Session& session;
    const Theme& theme;
    QComboBox* target = nullptr;
    QListWidget* list = nullptr;
    QPlainTextEdit* preview = nullptr;
    ExportHighlighter* highlighter = nullptr;
    QLabel* verdict = nullptr;
    QLabel* notes = nullptr;
    QPushButton* difference = nullptr;
    QPushButton* choose = nullptr;
    QPushButton* write = nullptr;
    QTimer delay;
    QString folder;
    std::vector<verbs::ExportedFile> files;
    QString problem; // why there is nothing to show
    bool dirty = true;
    bool working = false;
    std::uint64_t ticket = 0;
    std::jthread worker; // last: joined before anything it refers to goes

    QWidget* makeBar();
    void start();
    void take(std::uint64_t of, std::vector<verbs::ExportedFile> made, const QString& wrong);
    void fillList();
    void showFile();
    QString onDisk(const verbs::ExportedFile& file, bool& exists) const;
    void showVerdict(const verbs::ExportedFile* file);
    void touched();
};

QWidget* ExportPanel::Impl::makeBar() {
    auto* bar = new QWidget(&panel);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    target = new QComboBox(bar);
    target->setObjectName(QStringLiteral("export-target"));
    target->setAccessibleName(QStringLiteral("Target"));
    for (const QString& id : targets())
        target->addItem(targetTitle(id), id);
    target->setVisible(target->count() > 1);
    verdict = new QLabel(bar);
    verdict->setObjectName(QStringLiteral("export-verdict"));
    verdict->setTextFormat(Qt::PlainText);
    verdict->setFont(theme.font(Type::secondary, QFont::Medium));
    difference = new QPushButton(QStringLiteral("Difference"), bar);
    difference->setProperty("look", "mode");
    difference->setCheckable(true);
    difference->setEnabled(false);
    difference->setToolTip(QStringLiteral("What would change in the chosen folder"));
    choose = new QPushButton(QStringLiteral("Choose folder"), bar);
    write = new QPushButton(QStringLiteral("Export to folder"), bar);
    write->setProperty("look", "primary");
    write->setObjectName(QStringLiteral("export-write"));
    row->addWidget(target);
    row->addWidget(verdict, 1);
    row->addWidget(difference);
    row->addWidget(choose);
    row->addWidget(write);
    return bar;
}

ExportPanel::ExportPanel(Session& session, const Theme& theme, QWidget* parent)
    : QWidget(parent), m(std::make_unique<Impl>(*this, session, theme)) {
    setProperty("plane", "surface");
    setAttribute(Qt::WA_StyledBackground);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(18, 8, 18, 8);
    column->setSpacing(8);
    column->addWidget(m->makeBar());
    auto* row = new QHBoxLayout;
    row->setSpacing(12);
    m->list = new QListWidget(this);
    m->list->setObjectName(QStringLiteral("export-files"));
    m->list->setAccessibleName(QStringLiteral("Exported files"));
    m->list->setFrameShape(QFrame::NoFrame);
    m->list->setFixedWidth(230);
    m->list->setIconSize(QSize(14, 14));
    m->list->setFont(theme.font(Type::control));
    m->preview = new QPlainTextEdit(this);
    m->preview->setObjectName(QStringLiteral("export-preview"));
    m->preview->setAccessibleName(QStringLiteral("Preview"));
    m->preview->setReadOnly(true);
    m->preview->setLineWrapMode(QPlainTextEdit::NoWrap);
    m->preview->setFrameShape(QFrame::NoFrame);
    QFont mono = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    mono.setPointSizeF(theme.font(Type::secondary).pointSizeF());
    m->preview->setFont(mono);
    m->highlighter = new ExportHighlighter(theme, m->preview->document());
    row->addWidget(m->list);
    row->addWidget(m->preview, 1);
    column->addLayout(row, 1);
    m->notes = new QLabel(this);
    m->notes->setObjectName(QStringLiteral("export-notes"));
    m->notes->setTextFormat(Qt::PlainText);
    m->notes->setWordWrap(true);
    m->notes->setProperty("tone", "secondary");
    m->notes->setFont(theme.font(Type::secondary));
    column->addWidget(m->notes);

    m->delay.setSingleShot(true);
    m->delay.setInterval(400);
    connect(&m->delay, &QTimer::timeout, this, &ExportPanel::refresh);
    connect(m->target, &QComboBox::currentIndexChanged, this, &ExportPanel::refresh);
    connect(m->list, &QListWidget::currentRowChanged, this, [this] { m->showFile(); });
    connect(m->difference, &QPushButton::toggled, this, [this] { m->showFile(); });
    connect(m->choose, &QPushButton::clicked, this, &ExportPanel::chooseFolder);
    connect(m->write, &QPushButton::clicked, this, &ExportPanel::writeToFolder);
    connect(&session, &Session::designChanged, this, [this](const ChangeSet& changes) {
        if (changes.affectsResults()) m->touched();
    });
    connect(&session, &Session::documentReplaced, this, [this] { m->touched(); });
    m->showFile();
}

ExportPanel::~ExportPanel() = default;

void ExportPanel::Impl::touched() {
    dirty = true;
    write->setEnabled(false); // these files are of an older design
    if (panel.isVisible()) delay.start();
}

void ExportPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m->dirty && !m->working) refresh();
}

void ExportPanel::refresh() {
    m->start();
}

void ExportPanel::Impl::start() {
    dirty = false;
    working = true;
    verbs::ExportOptions options;
    options.target = target->currentData().toString().toStdString();
    options.verify = true;
    const std::uint64_t of = ++ticket;
    write->setEnabled(false);
    verdict->setText(QStringLiteral("Writing and asking the real tool ..."));
    setTone(verdict, "faint");
    // Replacing the thread asks the old one to stop and waits for it; the exporters look at the token.
    worker = std::jthread([this, of, options, design = session.snapshot()](std::stop_token stop) {
        Result<std::vector<verbs::ExportedFile>> made = exported(*design, options, stop);
        if (stop.stop_requested()) return;
        const QString wrong = made ? QString() : qt(describe(made.error()));
        std::vector<verbs::ExportedFile> all =
            made ? std::move(made.value()) : std::vector<verbs::ExportedFile>();
        QMetaObject::invokeMethod(
            &panel, [this, of, all = std::move(all), wrong]() mutable { take(of, std::move(all), wrong); },
            Qt::QueuedConnection);
    });
}

void ExportPanel::Impl::take(std::uint64_t of, std::vector<verbs::ExportedFile> made, const QString& wrong) {
    if (of != ticket) return;
    working = false;
    files = std::move(made);
    problem = wrong;
    fillList();
    if (dirty && panel.isVisible()) delay.start();
}

void ExportPanel::Impl::fillList() {
    const QString open = list->currentItem() ? list->currentItem()->data(Qt::UserRole).toString() : QString();
    list->blockSignals(true);
    list->clear();
    int row = 0, chosen = -1, config = -1;
    for (const verbs::ExportedFile& file : files) {
        auto* item = new QListWidgetItem(qt(file.path), list);
        item->setData(Qt::UserRole, qt(file.path));
        item->setSizeHint(QSize(0, 26));
        item->setToolTip(qt(file.path).toHtmlEscaped());
        bool exists = false;
        const QString disk = onDisk(file, exists);
        QString icon = file.verifiedBy.empty() ? QString()
                       : file.accepted         ? QStringLiteral("ok")
                                               : QStringLiteral("error");
        if (!icon.isEmpty()) item->setIcon(theme.icon(icon, file.accepted ? Tone::ok : Tone::bad));
        if (exists && disk != qt(file.bytes)) item->setText(qt(file.path) + QStringLiteral("  (differs)"));
        if (qt(file.path) == open) chosen = row;
        if (config < 0 &&
            ExportHighlighter::languageOf(qt(file.path)) == ExportHighlighter::Language::haproxy)
            config = row;
        ++row;
    }
    list->blockSignals(false);
    list->setCurrentRow(chosen >= 0 ? chosen : std::max(config, 0));
    showFile();
}

QString ExportPanel::Impl::onDisk(const verbs::ExportedFile& file, bool& exists) const {
    exists = false;
    if (folder.isEmpty()) return {};
    QFile disk(folder + QLatin1Char('/') + qt(file.path));
    exists = disk.open(QIODevice::ReadOnly);
    return exists ? QString::fromUtf8(disk.readAll()) : QString();
}

void ExportPanel::Impl::showVerdict(const verbs::ExportedFile* file) {
    if (!problem.isEmpty()) {
        verdict->setText(QStringLiteral("No export"));
        setTone(verdict, "bad");
        notes->setText(problem);
    } else if (!file) {
        verdict->clear();
        notes->clear();
    } else {
        if (file->verifiedBy.empty())
            verdict->setText(file->verdict.empty() ? QStringLiteral("Not checked by a tool")
                                                   : qt(file->verdict));
        else
            verdict->setText(QStringLiteral("%1: %2").arg(
                qt(file->verifiedBy), qt(file->verdict).section(QLatin1Char('\n'), 0, 0)));
        verdict->setToolTip(qt(file->verdict).toHtmlEscaped());
        setTone(verdict, file->verifiedBy.empty() ? "faint" : file->accepted ? "ok" : "bad");
        QStringList lines;
        for (const std::string& note : file->notes)
            lines << qt(note);
        notes->setText(lines.join(QLatin1Char('\n')));
    }
    notes->setVisible(!notes->text().isEmpty());
}

void ExportPanel::Impl::showFile() {
    const int row = list->currentRow();
    const verbs::ExportedFile* file =
        row >= 0 && std::size_t(row) < files.size() ? &files[std::size_t(row)] : nullptr;
    difference->setEnabled(!folder.isEmpty() && file);
    write->setEnabled(!files.empty() && !dirty && !working);
    choose->setText(folder.isEmpty() ? QStringLiteral("Choose folder") : QDir(folder).dirName());
    choose->setToolTip(folder);
    showVerdict(file);
    if (!file) {
        preview->setPlainText({});
        preview->setPlaceholderText(
            working ? QString()
                    : QStringLiteral("The files of the export appear here before anything is written"));
        return;
    }
    bool exists = false;
    const QString disk = onDisk(*file, exists), made = qt(file->bytes);
    QString text = made;
    const bool diff = difference->isChecked() && difference->isEnabled();
    if (diff) {
        text.clear();
        for (const DiffLine& line : lineDiff(exists ? disk : QString(), made))
            text += QLatin1String(line.kind == DiffLine::Kind::same    ? "  "
                                  : line.kind == DiffLine::Kind::added ? "+ "
                                                                       : "- ") +
                    line.text + QLatin1Char('\n');
        if (exists && disk == made) text = QStringLiteral("  The file in the folder is the same.");
    }
    if (text != preview->toPlainText()) preview->setPlainText(text);
    highlighter->setFile(qt(file->path));
    highlighter->setDiff(diff);
}

void ExportPanel::chooseFolder() {
    auto* dialog = new QFileDialog(this, QStringLiteral("Folder for the export"), m->folder);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, &ExportPanel::setFolder);
    dialog->open();
}

void ExportPanel::setFolder(const QString& folder) {
    m->folder = folder;
    m->fillList();
}

void ExportPanel::writeToFolder() {
    if (m->folder.isEmpty()) {
        auto* dialog = new QFileDialog(this, QStringLiteral("Folder for the export"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::Directory);
        dialog->setOption(QFileDialog::ShowDirsOnly);
        connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) {
            setFolder(folder);
            writeToFolder();
        });
        dialog->open();
        return;
    }
    const Status written =
        verbs::writeExport(m->files, std::filesystem::path(m->folder.toStdString()), false);
    if (!written) {
        emit m->session.errorRaised(QStringLiteral("Nothing was exported"), qt(describe(written.error())));
        return;
    }
    emit m->session.notice(QStringLiteral("%1 files written to %2").arg(m->files.size()).arg(m->folder));
    m->fillList();
}

} // namespace alwayson::gui
