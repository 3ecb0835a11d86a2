#include "app/gui/run/export_panel.h"

#include "app/gui/run/folder_dialog.h"
#include "app/gui/run/highlighter.h"
#include "app/gui/run/line_diff.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "app/gui/widgets/controls.h"
#include "app/gui/widgets/ui.h"
#include "app/verbs/verbs.h"
#include "core/catalogue/catalogue.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QMessageBox>
#include <QPixmap>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QScrollArea>
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

constexpr int kMostNamed = 8; // files a question names
constexpr int kMark = 14;     // side of the mark beside a file
constexpr int kRoomy = 760;   // from this width on the buttons have their words
constexpr const char* kAll = "all";

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

// "haproxy 2.6.12" of "haproxy 2.6.12-1+deb12u1": what packaged it is in the tip.
QString toolName(const std::string& tool) {
    return qt(tool).section(QLatin1Char('-'), 0, 0);
}

QString targetTitle(const QString& id) {
    const Descriptor* kind = Catalogue::builtIn().kind(id.toStdString());
    return kind ? qt(kind->title) : id;
}

// Programs of which configuration was written that no tool of theirs has looked at: "orchestrator".
QStringList untriedPrograms(const std::vector<verbs::ExportedFile>& files) {
    QStringList programs;
    for (const verbs::ExportedFile& file : files) {
        const QString name = qt(file.path).section(QLatin1Char('/'), -1);
        const bool configuration =
            name.endsWith(QLatin1String(".cfg")) || name.endsWith(QLatin1String(".cnf")) ||
            name.endsWith(QLatin1String(".conf")) || name.endsWith(QLatin1String(".sql")) ||
            name.endsWith(QLatin1String(".conf.json"));
        if (!configuration || !file.verifiedBy.empty()) continue;
        // orchestrator-vote1.conf.json is not for the program that its folder is named after.
        static const QRegularExpression kFirst(QStringLiteral("^[a-z]+(?=-)"));
        const QRegularExpressionMatch own = kFirst.match(name);
        const QString program = own.hasMatch() && name.endsWith(QLatin1String(".conf.json"))
                                    ? own.captured()
                                    : targetTitle(qt(file.target));
        if (!programs.contains(program)) programs << program;
    }
    return programs;
}

// As a sentence of its own; names keep their letters.
QString sentence(const QString& note, const Design& design) {
    const QString first = note.section(QRegularExpression(QStringLiteral("[ :,]")), 0, 0);
    const auto names = [&](const auto& things) {
        for (const auto& thing : things)
            if (thing.displayName() == first.toStdString() || thing.id.str() == first.toStdString())
                return true;
        return false;
    };
    static const QRegularExpression kWord(QStringLiteral("^[a-z]+$")); // and no file, no setting
    if (!kWord.match(first).hasMatch() || names(design.nodes) || names(design.groups)) return note;
    return note.left(1).toUpper() + note.mid(1);
}

QString suggestedFolder(const QFileInfo& design) {
    QString name = design.fileName();
    for (const char* end : {".aon.json", ".json"})
        if (name.endsWith(QLatin1String(end))) {
            name.chop(qsizetype(std::string_view(end).size()));
            break;
        }
    return name + QStringLiteral("-export");
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
    Combo* target = nullptr;
    QListWidget* list = nullptr;
    QPlainTextEdit* preview = nullptr;
    ExportHighlighter* highlighter = nullptr;
    ui::ElidedLabel* verdict = nullptr;
    QLabel* notes = nullptr;
    QScrollArea* notesArea = nullptr;
    QPushButton* showNotes = nullptr;
    QPushButton* difference = nullptr;
    QPushButton* choose = nullptr;
    QPushButton* write = nullptr;
    QTimer delay;
    QString folder;
    std::vector<verbs::ExportedFile> files;
    QString problem; // why there is nothing to show
    bool dirty = true;
    bool working = false;
    bool narrow = false;
    std::uint64_t ticket = 0;
    std::jthread worker; // last: joined before anything it refers to goes

    QWidget* makeBar();
    QWidget* makeNotes();
    void start();
    void take(std::uint64_t of, std::vector<verbs::ExportedFile> made, const QString& wrong);
    void fillList();
    void showFile();
    QString onDisk(const verbs::ExportedFile& file, bool& exists) const;
    void showVerdict(const verbs::ExportedFile* file);
    void showWhole();
    void fit(int width);
    void showFolder();
    void writeFiles(bool overwrite);
    void touched();
};

QWidget* ExportPanel::Impl::makeBar() {
    auto* bar = new QWidget(&panel);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    target = new Combo(theme, bar);
    target->setObjectName(QStringLiteral("export-target"));
    target->setAccessibleName(tr("Target"));
    // As it is carried to the machines: with the page that says what goes where.
    target->addItem(tr("Everything"), QLatin1String(kAll));
    for (const QString& id : targets())
        target->addItem(targetTitle(id), id);
    verdict = new ui::ElidedLabel(bar);
    verdict->setObjectName(QStringLiteral("export-verdict"));
    verdict->setFont(theme.font(Type::secondary, QFont::Medium));
    difference = ui::button(theme, tr("Difference"), "mode", bar);
    difference->setCheckable(true);
    difference->setFocusPolicy(Qt::TabFocus); // only another look at the same file
    difference->setEnabled(false);
    difference->setToolTip(tr("What would change in the chosen folder"));
    showNotes = ui::button(theme, {}, "mode", bar);
    showNotes->setObjectName(QStringLiteral("export-show-notes"));
    showNotes->setCheckable(true);
    showNotes->setFocusPolicy(Qt::TabFocus);
    showNotes->setToolTip(tr("What the file leaves out or expects of the machine"));
    choose = ui::button(theme, tr("Choose folder"), "plain", bar);
    choose->setIcon(theme.icon(QStringLiteral("open")));
    write = ui::button(theme, tr("Export to folder"), "primary", bar);
    write->setObjectName(QStringLiteral("export-write"));
    row->addWidget(target);
    row->addWidget(verdict, 1);
    row->addWidget(showNotes);
    row->addWidget(difference);
    row->addWidget(choose);
    row->addWidget(write);
    return bar;
}

// Beside the file, not below it: they take nothing of its height, and a design that becomes valid moves
// nothing.
QWidget* ExportPanel::Impl::makeNotes() {
    notesArea = new QScrollArea(&panel);
    notesArea->setWidgetResizable(true);
    notesArea->setFrameShape(QFrame::NoFrame);
    notesArea->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    notes = new QLabel(notesArea);
    notes->setObjectName(QStringLiteral("export-notes"));
    notes->setTextFormat(Qt::PlainText);
    notes->setWordWrap(true);
    notes->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    notes->setProperty("tone", "secondary");
    notes->setProperty("plane", "surface");
    notes->setContentsMargins(0, 0, 8, 0);
    notes->setFont(theme.font(Type::secondary));
    notes->setTextInteractionFlags(Qt::TextSelectableByMouse);
    notesArea->setWidget(notes);
    return notesArea;
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
    m->list->setAccessibleName(tr("Exported files"));
    m->list->setFrameShape(QFrame::NoFrame);
    m->list->setFixedWidth(230);
    m->list->setIconSize(QSize(kMark, kMark));
    m->list->setFont(theme.font(Type::control));
    m->preview = new QPlainTextEdit(this);
    m->preview->setObjectName(QStringLiteral("export-preview"));
    m->preview->setAccessibleName(tr("Preview"));
    m->preview->setReadOnly(true);
    m->preview->setLineWrapMode(QPlainTextEdit::NoWrap);
    m->preview->setFrameShape(QFrame::NoFrame);
    QFont mono = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    mono.setPointSizeF(theme.font(Type::secondary).pointSizeF());
    m->preview->setFont(mono);
    m->highlighter = new ExportHighlighter(theme, m->preview->document());
    row->addWidget(m->list);
    row->addWidget(m->preview, 5);
    row->addWidget(m->makeNotes(), 3);
    column->addLayout(row, 1);

    m->delay.setSingleShot(true);
    m->delay.setInterval(400);
    connect(&m->delay, &QTimer::timeout, this, &ExportPanel::refresh);
    connect(m->target, &QComboBox::currentIndexChanged, this, &ExportPanel::refresh);
    connect(m->list, &QListWidget::currentRowChanged, this, [this] { m->showFile(); });
    connect(m->difference, &QPushButton::toggled, this, [this] { m->showFile(); });
    connect(m->showNotes, &QPushButton::toggled, this, [this] { m->showFile(); });
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

void ExportPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    m->fit(width());
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
    verdict->setFullText(tr("Writing and asking the real tools ..."));
    ui::setTone(verdict, "faint");
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
    // What leads through the folder comes before what is in it.
    std::stable_partition(files.begin(), files.end(), [](const verbs::ExportedFile& file) {
        return file.path.find('/') == std::string::npos;
    });
    problem = wrong;
    fillList();
    if (dirty && panel.isVisible()) delay.start();
}

void ExportPanel::Impl::fillList() {
    const QString open = list->currentItem() ? list->currentItem()->data(Qt::UserRole).toString() : QString();
    list->blockSignals(true);
    list->clear();
    int row = 0, chosen = -1, config = -1;
    QPixmap nothing(kMark, kMark);
    nothing.fill(Qt::transparent);
    const QIcon blank(nothing);
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
        // Without a verdict an empty mark keeps the names in one column.
        item->setIcon(icon.isEmpty() ? blank : theme.icon(icon, file.accepted ? Tone::ok : Tone::bad));
        if (exists && disk != qt(file.bytes)) item->setText(tr("%1  (differs)").arg(qt(file.path)));
        if (qt(file.path) == open) chosen = row;
        if (config < 0 && target->currentData() != QLatin1String(kAll) &&
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
        verdict->setFullText(tr("No export"));
        ui::setTone(verdict, "bad");
        notes->setText(problem);
    } else if (!file) {
        verdict->setFullText({});
        verdict->setToolTip({});
        notes->clear();
    } else {
        if (!file->verifiedBy.empty()) {
            verdict->setFullText(QStringLiteral("%1: %2").arg(
                toolName(file->verifiedBy), qt(file->verdict).section(QLatin1Char('\n'), 0, 0)));
            ui::setTone(verdict, file->accepted ? "ok" : "bad");
        } else if (file->path.find('/') == std::string::npos && file->verdict.empty()) {
            showWhole();
        } else {
            verdict->setFullText(file->verdict.empty() ? tr("Not checked by a tool") : qt(file->verdict));
            verdict->setToolTip({});
            ui::setTone(verdict, "faint");
        }
        if (!file->verifiedBy.empty() || !file->verdict.empty())
            verdict->setToolTip(ui::plainTip(
                qt(file->verifiedBy.empty() ? file->verdict : file->verifiedBy + "\n" + file->verdict)));
        QStringList lines;
        for (const std::string& note : file->notes)
            lines << sentence(qt(note), session.design());
        notes->setText(lines.join(QStringLiteral("\n\n")));
    }
    const qsizetype count = file && problem.isEmpty() ? qsizetype(file->notes.size()) : 0;
    showNotes->setText(tr("Notes %1").arg(count));
    showNotes->setVisible(count > 0);
    // Why there is no export is not something to unfold.
    notesArea->setVisible(!problem.isEmpty() || (count > 0 && showNotes->isChecked()));
}

// What the tools say of all files together, beside the page on top.
void ExportPanel::Impl::showWhole() {
    std::size_t checked = 0;
    QStringList tools, refused;
    for (const verbs::ExportedFile& file : files) {
        if (file.verifiedBy.empty()) continue;
        ++checked;
        if (const QString tool = toolName(file.verifiedBy); !tools.contains(tool)) tools << tool;
        if (!file.accepted) refused << qt(file.path);
    }
    const QStringList untried = untriedPrograms(files);
    // What matters first: where room is short the end is cut off, and the tip has all of it.
    QStringList parts;
    if (checked == 0)
        parts << tr("%1 files, none checked by a tool").arg(files.size());
    else if (refused.isEmpty())
        parts << tr("%1 of %2 valid").arg(checked).arg(files.size());
    else
        parts << tr("Refused: ") + refused.join(QStringLiteral(", "));
    if (checked > 0 && !untried.isEmpty()) parts << tr("not tried: ") + untried.join(QStringLiteral(", "));
    if (checked > 0) parts << tr("by ") + tools.join(QStringLiteral(", "));
    verdict->setFullText(parts.join(QStringLiteral(" \u00B7 ")));
    verdict->setToolTip(
        ui::plainTip(parts.join(QLatin1Char('\n')) +
                     tr("\nScripts and pages are not checked; a tool looks at configuration only.")));
    ui::setTone(verdict, checked == 0 ? "faint" : refused.isEmpty() ? "ok" : "bad");
}

// Where room is short, the words of the buttons give way to the verdict.
void ExportPanel::Impl::fit(int width) {
    narrow = width < kRoomy;
    list->setFixedWidth(narrow ? 190 : 230);
    write->setText(narrow ? tr("Export") : tr("Export to folder"));
    showFolder();
}

void ExportPanel::Impl::showFolder() {
    const QString name = folder.isEmpty() ? tr("Choose folder") : QDir(folder).dirName();
    choose->setText(narrow ? QString() : choose->fontMetrics().elidedText(name, Qt::ElideMiddle, 140));
    choose->setAccessibleName(name);
    choose->setToolTip(folder.isEmpty() ? tr("Choose the folder of the export") : ui::plainTip(folder));
}

void ExportPanel::Impl::showFile() {
    const int row = list->currentRow();
    const verbs::ExportedFile* file =
        row >= 0 && std::size_t(row) < files.size() ? &files[std::size_t(row)] : nullptr;
    difference->setEnabled(!folder.isEmpty() && file);
    write->setEnabled(!files.empty() && !dirty && !working);
    showFolder();
    showVerdict(file);
    if (!file) {
        preview->setPlainText({});
        preview->setPlaceholderText(
            working ? QString() : tr("The files of the export appear here before anything is written"));
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
        if (exists && disk == made) text = QStringLiteral("  ") + tr("The file in the folder is the same.");
    }
    if (text != preview->toPlainText()) preview->setPlainText(text);
    highlighter->setFile(qt(file->path));
    highlighter->setDiff(diff);
}

void ExportPanel::chooseFolder() {
    chooseFolderAnd({});
}

void ExportPanel::setFolder(const QString& folder) {
    m->folder = folder;
    m->fillList();
}

void ExportPanel::chooseFolderAnd(const std::function<void()>& then) {
    auto* dialog = new FolderDialog(this, tr("Folder for the export"), m->folder);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    // Beside the design, under its name.
    const QFileInfo design(m->session.filePath());
    if (m->folder.isEmpty() && !m->session.filePath().isEmpty()) {
        dialog->setDirectory(design.absolutePath());
        dialog->selectFile(suggestedFolder(design));
    }
    connect(dialog, &QFileDialog::fileSelected, this, [this, then](const QString& folder) {
        setFolder(folder);
        if (then) then();
    });
    dialog->open();
}

void ExportPanel::writeToFolder() {
    if (m->folder.isEmpty()) return chooseFolderAnd([this] { writeToFolder(); });
    const std::vector<std::string> conflicts =
        verbs::exportConflicts(m->files, std::filesystem::path(m->folder.toStdString()));
    if (conflicts.empty())
        m->writeFiles(false);
    else
        askToReplace(conflicts);
}

// What the command line's --force does, asked for the very files it would cost.
void ExportPanel::askToReplace(const std::vector<std::string>& paths) {
    if (findChild<QMessageBox*>(QStringLiteral("export-replace")) != nullptr)
        return; // one question at a time
    auto* question = new QMessageBox(this);
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setObjectName(QStringLiteral("export-replace"));
    question->setIconPixmap(m->theme.icon(QStringLiteral("warning"), Tone::warn).pixmap(28, 28));
    question->setTextFormat(Qt::PlainText);
    const bool one = paths.size() == 1;
    question->setText(one ? tr("Replace %1?").arg(qt(paths.front()))
                          : tr("Replace %1 files in %2?").arg(paths.size()).arg(m->folder));
    QStringList shown;
    for (const std::string& path : paths)
        if (shown.size() < kMostNamed) shown << qt(path);
    if (paths.size() > std::size_t(kMostNamed))
        shown << tr("and %1 more").arg(paths.size() - std::size_t(kMostNamed));
    const QString why = one ? tr("Always On did not write it, or it was changed since. Replacing it loses "
                                 "what it holds now; another folder keeps it.")
                            : tr("Always On did not write them, or they were changed since. Replacing them "
                                 "loses what they hold now; another folder keeps them.");
    question->setInformativeText(one ? why : shown.join(QLatin1Char('\n')) + QStringLiteral("\n\n") + why);
    auto* replace =
        question->addButton(one ? tr("Replace it") : tr("Replace them"), QMessageBox::DestructiveRole);
    replace->setObjectName(QStringLiteral("export-replace-all"));
    auto* other = question->addButton(tr("Another folder"), QMessageBox::ActionRole);
    auto* cancel = question->addButton(QMessageBox::Cancel);
    question->setDefaultButton(cancel);
    question->setEscapeButton(cancel);
    connect(question, &QMessageBox::buttonClicked, this, [this, replace, other](QAbstractButton* button) {
        if (button == replace)
            m->writeFiles(true);
        else if (button == other)
            chooseFolderAnd([this] { writeToFolder(); });
    });
    question->open();
}

void ExportPanel::Impl::writeFiles(bool overwrite) {
    const Status written = verbs::writeExport(files, std::filesystem::path(folder.toStdString()), overwrite);
    if (!written) {
        emit session.errorRaised(tr("Nothing was exported"), qt(describe(written.error())));
        return;
    }
    emit session.notice(tr("%1 files written to %2").arg(files.size()).arg(folder));
    fillList();
}

} // namespace alwayson::gui
