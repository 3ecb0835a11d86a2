#pragma once
// A stream of changes from a member of a replication set to one that copies it: implied by the set, so it can
// be seen but not chosen.

#include "app/gui/canvas/geometry.h"

#include <QGraphicsItem>
#include <QString>

#include <string>

namespace alwayson::gui {

class Theme;

class ReplicationItem : public QGraphicsItem {
public:
    explicit ReplicationItem(const Theme& theme);
    // Between two cards, in the scene; around what stands between them.
    void setEnds(const QRectF& from, const QRectF& to, bool around);
    // "replicates", "lag 0.08 s"; broken: nothing flows, in the colour of what is bad.
    void setWords(const QString& words, bool broken);
    const QString& words() const { return m_words; }
    const Route& route() const { return m_route; }
    QRectF label() const; // in the scene

    QRectF boundingRect() const override { return m_bounds; }
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

private:
    void place();
    const Theme& m_theme;
    Route m_route;
    QRectF m_from, m_to, m_bounds;
    QString m_words;
    bool m_around = false;
    bool m_broken = false;
};

} // namespace alwayson::gui
