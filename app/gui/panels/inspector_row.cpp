#include "app/gui/panels/inspector_row.h"

#include "app/gui/panels/parameter_text.h"
#include "app/gui/session/session.h"
#include "app/gui/widgets/controls.h"
#include "app/gui/widgets/ui.h"
#include "app/gui/widgets/value_field.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHelpEvent>
#include <QRegularExpression>
#include <QToolButton>
#include <QToolTip>

#include <algorithm>

namespace alwayson::gui {

QString whatEmptyMeans(const std::string& help) {
    const QString text = QString::fromStdString(help);
    const QString mark = QStringLiteral("Empty: ");
    const qsizetype at = text.indexOf(mark);
    if (at < 0) return {};
    const qsizetype from = at + mark.size();
    // The end of the sentence, not the point in HTTP/1.0.
    qsizetype end = text.indexOf(QRegularExpression(QStringLiteral("\\.(\\s|$)")), from);
    const qsizetype comma = text.indexOf(QLatin1Char(','), from);
    if (comma > 0 && (end < 0 || comma < end)) end = comma;
    QString meaning = text.mid(from, end < 0 ? -1 : end - from);
    // In a narrow field the source alone says it: "price book".
    for (const char* lead : {"from the ", "from "})
        if (meaning.startsWith(QLatin1String(lead)))
            return meaning.mid(qsizetype(std::string_view(lead).size()));
    return meaning;
}

QString gradeTag(const std::string& grade) {
    if (grade == "assumption") return Row::tr("assumption");
    if (grade == "book") return Row::tr("book");
    if (grade == "contract") return Row::tr("contract");
    if (grade == "yours") return {};
    return Row::tr("default");
}

Row::Row(const RowContext& context, const QString& title, QWidget* parent)
    : QWidget(parent), m_context(context), m_title(title) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_line = new QHBoxLayout;
    m_line->setContentsMargins(0, 0, 0, 0);
    m_line->setSpacing(6);
    auto* label = new ui::ElidedLabel(this);
    label->setFont(context.theme.font(Type::control));
    label->setProperty("tone", QStringLiteral("secondary"));
    label->setFullText(title);
    m_label = label;
    m_line->addWidget(m_label, 1);
    m_tag = ui::label(context.theme, {}, Type::tag, "faint", QFont::Normal, this);
    m_line->addWidget(m_tag);
    m_reset = ui::iconButton(context.theme, QStringLiteral("reset"), tr("Back to the default"), this);
    m_reset->setIcon(context.theme.icon(QStringLiteral("reset"), Tone::faint));
    m_reset->setFixedSize(18, 18);
    m_reset->setIconSize(QSize(12, 12));
    m_reset->hide();
    connect(m_reset, &QToolButton::clicked, this, &Row::resetRequested);
    m_line->addWidget(m_reset);
    auto* holder = new QWidget(this);
    holder->setFixedHeight(space::kRow);
    holder->setLayout(m_line);
    column->addWidget(holder);
    m_error = ui::label(context.theme, {}, Type::small, "bad", QFont::Normal, this);
    m_error->setWordWrap(true);
    m_error->setContentsMargins(0, 0, 0, 6);
    m_error->hide();
    column->addWidget(m_error);
}

void Row::setEditor(QWidget* editor) {
    m_editor = editor;
    m_line->addWidget(editor);
    editor->setAccessibleName(m_title);
    editor->installEventFilter(this);
}

void Row::setTag(const QString& tag, const QString& brief) {
    m_fullTag = tag;
    m_briefTag = brief;
    fitTag();
}

void Row::setTagTone(const char* tone) {
    ui::setTone(m_tag, tone);
}

void Row::setTitleAbove() {
    m_titleAbove = true;
    m_line->removeWidget(m_label);
    m_line->setStretchFactor(m_tag, 1);
    m_tag->setFont(m_context.theme.font(Type::small, QFont::Medium));
    m_tag->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* column = static_cast<QVBoxLayout*>(layout());
    m_label->setContentsMargins(0, 6, 0, 0);
    column->insertWidget(0, m_label);
    fitTag();
}

// As wide as the other editors, wider where an entry needs it, narrower where the title does.
int Row::widthOf(const Combo& combo) const {
    constexpr int kNarrowestRow = 262; // of an inspector as wide as it comes
    const int title = m_label->fontMetrics().horizontalAdvance(m_title) + 2 * m_line->spacing();
    const int needed = combo.neededWidth();
    return std::clamp(kNarrowestRow - title, needed, std::max(needed, kEditorWidth));
}

int Row::roomBesideTitle() const {
    const int title = m_label->fontMetrics().horizontalAdvance(m_title) + 2 * m_line->spacing();
    return width() - m_line->contentsMargins().left() - title;
}

// The title has the right of way: a tag that would cut it off is not shown.
void Row::fitTag() {
    int editor = kEditorWidth;
    if (m_editor != nullptr)
        editor = m_editor->minimumWidth() > 0 ? m_editor->minimumWidth() : m_editor->sizeHint().width();
    const int left = width() - editor - m_line->contentsMargins().left();
    const int title = m_titleAbove ? 0 : m_label->sizeHint().width();
    const auto fits = [&](const QString& words) {
        return title + m_tag->fontMetrics().horizontalAdvance(words) + 2 * m_line->spacing() <= left;
    };
    const QString words = fits(m_fullTag) ? m_fullTag : m_briefTag;
    const bool shown = m_titleAbove || (!words.isEmpty() && fits(words));
    m_tag->setVisible(shown);
    if (shown) m_tag->setText(words);
}

void Row::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fitTag();
}

QString Row::tag() const {
    return m_fullTag;
}

void Row::setEdited(bool edited) {
    m_reset->setVisible(edited);
}

void Row::setError(const QString& error) {
    m_error->setText(error);
    m_error->setVisible(!error.isEmpty());
}

QString Row::error() const {
    return m_error->text();
}

void Row::setHelp(const QString& help, const QString& origin) {
    m_help = origin.isEmpty() ? help : help + QLatin1Char('\n') + origin;
    setToolTip(ui::plainTip(m_help));
}

void Row::setIndented(bool indented) {
    m_line->setContentsMargins(indented ? 12 : 0, 0, 0, 0);
}

bool Row::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::FocusIn && m_context.showHelp) m_context.showHelp(m_help);
    // What the editor has no room for comes before what it means.
    if (event->type() == QEvent::ToolTip && watched == m_editor) {
        const auto* combo = qobject_cast<const Combo*>(m_editor);
        const auto* field = qobject_cast<const ValueField*>(m_editor);
        const QString cut = combo ? combo->cutWords() : field ? field->cutWords() : QString();
        if (!cut.isEmpty()) {
            QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(),
                               ui::plainTip(cut + QLatin1Char('\n') + m_help), m_editor);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

FactRow::FactRow(const RowContext& context, const QString& title, std::function<QString()> read,
                 QWidget* parent)
    : Row(context, title, parent), m_read(std::move(read)) {
    m_value = ui::label(context.theme, {}, Type::control, "text", QFont::Medium, this);
    m_value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    setEditor(m_value);
    FactRow::refresh();
}

QString FactRow::text() const {
    return m_value->text();
}

void FactRow::refresh() {
    const QString text = m_read();
    m_value->setText(text);
    setVisible(!text.isEmpty());
}

ParameterRow::ParameterRow(const RowContext& context, ParameterBinding binding, QWidget* parent)
    : Row(context, QString::fromStdString(binding.spec->title), parent), m_binding(std::move(binding)) {
    build();
    const ParameterSpec& spec = *m_binding.spec;
    const QString standard = valueText(spec, spec.defaultValue);
    QString origin = standard.isEmpty() ? tr("Default: empty.") : tr("Default: %1.").arg(standard);
    origin +=
        QLatin1Char(' ') +
        tr("Source: %1 (%2).").arg(QString::fromStdString(spec.source), QString::fromStdString(spec.grade));
    if (!spec.simulated)
        origin += QLatin1Char(' ') + (m_binding.subject.descriptors.front()->exports.empty()
                                          ? tr("Not part of the simulation.")
                                          : tr("Exported, not simulated."));
    setHelp(QString::fromStdString(spec.help), origin);
    connect(this, &Row::resetRequested, this, [this] {
        setError({});
        m_context.session.apply(m_binding.reset(m_context.session.design()));
    });
    ParameterRow::refresh();
}

void ParameterRow::build() {
    const ParameterSpec& spec = *m_binding.spec;
    const Theme& theme = m_context.theme;
    if (spec.type == ParameterType::choice) {
        m_combo = new Combo(theme, this);
        m_combo->setProperty("look", QStringLiteral("field"));
        m_combo->setFixedHeight(space::kField);
        for (const std::string& choice : spec.choices)
            m_combo->addItem(QString::fromStdString(spec.choiceTitle(choice)));
        m_combo->setFixedWidth(widthOf(*m_combo));
        connect(m_combo, &QComboBox::activated, this, &ParameterRow::choose);
        setEditor(m_combo);
    } else if (spec.type == ParameterType::boolean) {
        m_switch = new Switch(theme, this);
        connect(m_switch, &QAbstractButton::clicked, this, [this](bool on) {
            m_context.session.apply(m_binding.write(m_context.session.design(), on));
        });
        setEditor(m_switch);
    } else {
        m_field = new ValueField(
            theme, [this](const QString& text) { return commit(text); }, this);
        m_field->setFixedWidth(kEditorWidth);
        connect(m_field, &ValueField::errorChanged, this, &Row::setError);
        setEditor(m_field);
    }
}

QString ParameterRow::commit(const QString& text) {
    const Typed typed = parseValue(*m_binding.spec, text);
    const Design& design = m_context.session.design();
    switch (typed.what) {
    case Typed::What::wrong:
        return typed.error;
    case Typed::What::unset: {
        const Operation operation = m_binding.unset(design);
        if (!operation.children.empty()) m_context.session.apply(operation);
        break;
    }
    case Typed::What::value: {
        const Operation operation = m_binding.write(design, typed.value);
        if (!operation.children.empty() && !m_context.session.apply(operation))
            return tr("This value was refused.");
        break;
    }
    }
    refresh();
    return {};
}

void ParameterRow::choose(int index) {
    const Json choice = m_binding.spec->choices[static_cast<std::size_t>(index)];
    const Operation operation = m_binding.write(m_context.session.design(), choice);
    if (!operation.children.empty()) m_context.session.apply(operation);
}

void ParameterRow::refresh() {
    const ParameterBinding::State state = m_binding.read(m_context.session.design());
    const ParameterSpec& spec = *m_binding.spec;
    setEdited(state.edited);
    setTag(state.edited || state.mixed ? QString() : gradeTag(spec.grade));
    if (m_switch != nullptr) {
        const bool* flag = std::get_if<bool>(&state.value);
        m_switch->setChecked(flag != nullptr && *flag);
        m_switch->setMixed(state.mixed);
    } else if (m_combo != nullptr) {
        m_combo->setMixed(state.mixed);
        if (!state.mixed) m_combo->setCurrentText(valueText(spec, state.value));
    } else if (state.mixed) {
        m_field->showMixed();
    } else {
        m_field->showValue(valueText(spec, state.value));
        m_field->setPlaceholderText(whatEmptyMeans(spec.help));
    }
}

} // namespace alwayson::gui
