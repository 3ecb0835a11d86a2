#include "app/gui/widgets/controls.h"

#include "app/gui/theme/theme.h"

#include <QAbstractItemView>
#include <QPainter>
#include <QStyleOptionComboBox>
#include <QStylePainter>
#include <QStyledItemDelegate>
#include <QWheelEvent>

#include <algorithm>

namespace alwayson::gui {

namespace {

// An entry of a list: the one under the cursor on a soft ground, the chosen one with a check.
class EntryDelegate : public QStyledItemDelegate {
public:
    EntryDelegate(const Theme& theme, Combo& combo)
        : QStyledItemDelegate(&combo), m_theme(theme), m_combo(combo) {}
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const QString words = index.data().toString();
        return {option.fontMetrics.horizontalAdvance(words) + kLeft + kRight, kRow};
    }
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const bool chosen = index.row() == m_combo.currentIndex();
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (option.state & QStyle::State_Selected) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(m_theme.color(Tone::accentSoft));
            painter->drawRoundedRect(QRectF(option.rect).adjusted(2, 1, -2, -1), 5, 5);
        }
        const bool enabled = index.flags() & Qt::ItemIsEnabled;
        painter->setFont(m_theme.font(Type::control, chosen ? QFont::DemiBold : QFont::Medium));
        painter->setPen(m_theme.color(enabled ? Tone::text : Tone::faint));
        const QRect words = option.rect.adjusted(kLeft, 0, -kRight, 0);
        painter->drawText(
            words, Qt::AlignVCenter | Qt::AlignLeft,
            painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight, words.width()));
        if (chosen)
            m_theme.icons().paint(
                *painter, QStringLiteral("check"),
                QRectF(option.rect.right() - kRight + 6, option.rect.center().y() - 6.5, 14, 14),
                m_theme.color(Tone::accent));
        painter->restore();
    }

private:
    static constexpr int kLeft = 10, kRight = 26, kRow = 26;
    const Theme& m_theme;
    Combo& m_combo;
};

} // namespace

Combo::Combo(const Theme& theme, QWidget* parent) : QComboBox(parent), m_theme(theme) {
    setFocusPolicy(Qt::StrongFocus); // not by the wheel
    setFont(theme.font(Type::control, QFont::Medium));
    setItemDelegate(new EntryDelegate(theme, *this));
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void Combo::setMixed(bool mixed) {
    setPlaceholderText(mixed ? QStringLiteral("\u2014") : QString());
    if (mixed) setCurrentIndex(-1);
}

namespace {
constexpr int kAround = 42; // padding, border and the arrow
}

int Combo::neededWidth() const {
    int words = 0;
    for (int i = 0; i < count(); ++i)
        words = std::max(words, fontMetrics().horizontalAdvance(itemText(i)));
    return words + kAround;
}

QString Combo::cutWords() const {
    const QString words = currentText();
    return fontMetrics().horizontalAdvance(words) + kAround > width() ? words : QString();
}

void Combo::wheelEvent(QWheelEvent* event) {
    if (hasFocus())
        QComboBox::wheelEvent(event);
    else
        event->ignore();
}

void Combo::paintEvent(QPaintEvent*) {
    QStylePainter painter(this);
    QStyleOptionComboBox option;
    initStyleOption(&option);
    if (currentIndex() < 0) option.currentText = placeholderText();
    painter.drawComplexControl(QStyle::CC_ComboBox, option);
    painter.drawControl(QStyle::CE_ComboBoxLabel, option);
    const QRectF chevron(width() - 22, (height() - 14) / 2.0, 14, 14);
    painter.setRenderHint(QPainter::Antialiasing);
    m_theme.icons().paint(painter, QStringLiteral("chevron-down"), chevron,
                          m_theme.color(isEnabled() ? Tone::secondary : Tone::faint));
}

Switch::Switch(const Theme& theme, QWidget* parent) : QAbstractButton(parent), m_theme(theme) {
    setCheckable(true);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setFixedSize(sizeHint());
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void Switch::setMixed(bool mixed) {
    m_mixed = mixed;
    update();
}

void Switch::nextCheckState() {
    m_mixed = false;
    QAbstractButton::nextCheckState();
}

void Switch::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF track = QRectF(rect()).adjusted(1, 1, -1, -1);
    const double radius = track.height() / 2;
    const bool on = isChecked() && !m_mixed;
    painter.setPen(hasFocus() ? QPen(m_theme.color(on ? Tone::text : Tone::accent), 1.4)
                              : QPen(m_theme.color(on ? Tone::accent : Tone::zoneLine), 1));
    painter.setBrush(m_theme.color(on ? Tone::accent : Tone::field));
    painter.drawRoundedRect(track, radius, radius);
    const double knob = track.height() - 6;
    const double left = m_mixed ? track.center().x() - knob / 2
                        : on    ? track.right() - knob - 3
                                : track.left() + 3;
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.color(on ? Tone::onAccent : Tone::secondary));
    painter.drawEllipse(QRectF(left, track.top() + 3, knob, knob));
}

} // namespace alwayson::gui
