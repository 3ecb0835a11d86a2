#include "app/gui/canvas/link_tip.h"

#include "app/gui/theme/theme.h"

#include <QFontMetrics>
#include <QPainter>

#include <algorithm>
#include <limits>

namespace alwayson::gui {

namespace {

constexpr int kGap = 12;
constexpr int kPadding = 10;
constexpr int kMark = 16;
constexpr int kLine = 17;

} // namespace

LinkTip::LinkTip(const Theme& theme, QWidget* viewport) : QWidget(viewport), m_theme(theme) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    hide();
}

void LinkTip::say(const QString& text, bool refusal, QPoint cursor, const QRect& over,
                  const std::vector<QRect>& cards) {
    if (text.isEmpty()) return hide();
    if (text != m_text || refusal != m_refusal) {
        m_text = text;
        m_refusal = refusal;
        m_lines = QString(text).replace(QStringLiteral(". "), QStringLiteral(".\n")).split(QLatin1Char('\n'));
        setAccessibleName(text);
        measure();
        update();
    }
    move(placeTip(size(), parentWidget()->rect().adjusted(4, 4, -4, -4), cursor, over, cards));
    raise();
    show();
}

void LinkTip::measure() {
    int width = 0;
    for (qsizetype i = 0; i < m_lines.size(); ++i) {
        const QFontMetrics metrics(m_theme.font(Type::secondary, i == 0 ? QFont::DemiBold : QFont::Normal));
        width = std::max(width, metrics.horizontalAdvance(m_lines[i]));
    }
    setFixedSize(width + 2 * kPadding + 4 + (m_refusal ? kMark + 8 : 0),
                 int(m_lines.size()) * kLine + 2 * kPadding - 4);
}

void LinkTip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(m_theme.color(m_refusal ? Tone::bad : Tone::line), 1));
    painter.setBrush(m_theme.color(Tone::surface));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
    int left = kPadding + 2;
    if (m_refusal) {
        m_theme.icons().paint(painter, QStringLiteral("error"), QRectF(kPadding, kPadding - 2, kMark, kMark),
                              m_theme.color(Tone::bad));
        left += kMark + 6;
    }
    for (qsizetype i = 0; i < m_lines.size(); ++i) {
        painter.setFont(m_theme.font(Type::secondary, i == 0 ? QFont::DemiBold : QFont::Normal));
        painter.setPen(m_theme.color(i == 0 ? Tone::text : Tone::secondary));
        painter.drawText(QRect(left, kPadding - 2 + int(i) * kLine, width() - left, kLine),
                         Qt::AlignLeft | Qt::AlignVCenter, m_lines[i]);
    }
}

QPoint placeTip(QSize size, const QRect& room, QPoint cursor, const QRect& over,
                const std::vector<QRect>& cards) {
    // Around what is meant; without it, around the cursor.
    const QRect anchor = over.isNull() ? QRect(cursor, QSize(8, 12)) : over;
    const int right = anchor.right() + kGap, below = anchor.bottom() + kGap;
    const int rightmost = anchor.right() - size.width(), above = anchor.top() - kGap - size.height();
    const QPoint candidates[] = {
        {over.isNull() ? right : anchor.left(), below},
        {over.isNull() ? right : anchor.left(), above},
        {rightmost, below},
        {rightmost, above},
        {right, anchor.center().y() - size.height() / 2},
        {anchor.left() - kGap - size.width(), anchor.center().y() - size.height() / 2}};
    QPoint best = candidates[0];
    double least = std::numeric_limits<double>::infinity();
    for (const QPoint& wanted : candidates) {
        const QPoint at(
            std::clamp(wanted.x(), room.left(), std::max(room.left(), room.right() - size.width())),
            std::clamp(wanted.y(), room.top(), std::max(room.top(), room.bottom() - size.height())));
        const QRect box(at, size);
        double hidden = 0;
        for (const QRect& card : cards) {
            const QRect both = card & box;
            hidden += double(both.width()) * both.height();
        }
        if (hidden >= least) continue;
        least = hidden;
        best = at;
    }
    return best;
}

} // namespace alwayson::gui
