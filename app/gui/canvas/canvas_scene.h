#pragma once
// The items of one design, kept in step with the session: created and destroyed only by its signals. Knows
// what lies where; knows nothing of mouse and keyboard.

#include "app/gui/canvas/canvas_edit.h"
#include "app/gui/canvas/canvas_item.h"
#include "app/gui/canvas/card_content.h"

#include <QGraphicsScene>
#include <QStringList>

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace alwayson {
struct ChangeSet;
struct CheckReport;
} // namespace alwayson

namespace alwayson::gui {

class BubbleItem;
class DomainItem;
class GroupItem;
class LinkItem;
class ReplicationItem;
class Session;
class Theme;
struct Strand;

// A stream of changes as it is drawn.
struct ShownStream {
    std::string from, to; // node ids
    QString words;
    bool broken = false;
};

class CanvasScene : public QGraphicsScene {
    Q_OBJECT
public:
    CanvasScene(Session& session, const Theme& theme, QObject* parent = nullptr);
    ~CanvasScene() override;

    const Boxes& boxes() const { return m_boxes; } // as in the design (or automatic)
    const Boxes& shown() const { return m_shown; } // with a drag's preview
    void setPreview(const Boxes& moved);
    void clearPreview();
    QRectF contentRect() const; // null when there is nothing
    // Of the view that shows it: far out, the tabs of groups are drawn larger, so that they can be read.
    void setZoom(double zoom);

    CanvasItem* item(std::string_view id) const; // any kind; nullptr
    NodeItem* node(std::string_view id) const;
    DomainItem* domain(std::string_view id) const;
    GroupItem* group(std::string_view id) const;
    LinkItem* link(std::string_view id) const;
    const BubbleItem* bubble(std::string_view nodeId) const; // nullptr when nothing is said
    const std::map<std::string, LinkItem*, std::less<>>& links() const { return m_links; }
    // From a member to the one that copies it; nullptr when no such stream is shown.
    const ReplicationItem* stream(const std::string& from, const std::string& to) const;

    // The topmost card under the point; "" none.
    std::string cardAt(QPointF scenePos, double pixel) const;
    // The topmost thing under the point; "" none. `pixel`: scene units per screen pixel.
    std::string idAt(QPointF scenePos, double pixel) const;
    // The same, and where nothing is hit the innermost group or place whose area holds the point.
    std::string areaAt(QPointF scenePos, double pixel) const;
    // What a link may end on at this point: a node, or a group's outline or inside.
    std::string linkEndAt(QPointF scenePos, double pixel) const;
    std::vector<std::string> idsIn(const QRectF& rect, bool wholly) const;

    void setHovered(const std::string& id);
    void setKeyboardFocus(const std::string& id);
    const std::string& keyboardFocus() const { return m_focus; }
    void markPreview(
        const std::vector<std::string>& ids); // shows these as selected until the session's selection changes
    void setEmphasis(const std::map<std::string, Emphasis>& emphasis); // all others: none
    void setPortsShown(const std::string& id);                         // of this node only; "" none

    // ---- playback
    void setLive(const std::string& nodeId, const LiveNode& live);
    void setBubble(const std::string& nodeId, const QString& text, bool recovering); // "" removes it
    void setTab(const std::string& groupId, const QString& text); // instead of what follows from the design
    void setStreams(const std::vector<ShownStream>& streams);     // instead of those the design implies
    void setOutage(const std::string& domainId, bool outage, const QString& sentence);
    void clearLive();
    const LiveNode* live(std::string_view nodeId) const;

    // One or two sentences: for tooltips and screen readers.
    QString describe(const std::string& id) const;

signals:
    void itemsChanged(); // something was added, removed or moved

private:
    void rebuild();
    void follow(const ChangeSet& changes);
    void followSelection();
    void followReport();
    void syncItems();
    void relayout();
    void relayoutLinks();
    void relayoutStreams();
    void followStreams(); // as the design implies them
    bool standsBy(const std::string& end) const;
    void placeTabs();
    void refreshNode(const Node& node);
    void refreshDomain(const Domain& domain);
    void refreshGroup(const Group& group);
    void refreshLink(const Link& link);
    void refreshAll();
    QRectF endBox(const std::string& end) const;

    // Whether it runs through the card of another member of the group that this end of it belongs to.
    bool crossesFellow(const Strand& strand, const std::string& end) const;
    // What the curves of a link were routed between, so that only what changed is routed anew.
    struct Routed {
        struct Ends {
            std::string from, to;
            bool idle;
            QRectF a, b;
            int lane;
            friend bool operator==(const Ends&, const Ends&) = default;
        };
        std::vector<Ends> strands;
        std::vector<QRectF> inTheWay;
        friend bool operator==(const Routed&, const Routed&) = default;
    };

    Session& m_session;
    const Theme& m_theme;
    Boxes m_boxes, m_shown;
    double m_tabScale = 1;
    std::map<std::string, NodeItem*, std::less<>> m_nodes;
    std::map<std::string, DomainItem*, std::less<>> m_domains;
    std::map<std::string, GroupItem*, std::less<>> m_groups;
    std::map<std::string, LinkItem*, std::less<>> m_links;
    std::map<std::string, BubbleItem*, std::less<>> m_bubbles;
    std::map<std::pair<std::string, std::string>, ReplicationItem*> m_streams; // (from, to)
    std::map<std::string, LiveNode, std::less<>> m_live;
    std::map<std::string, QString, std::less<>> m_liveTabs; // of groups
    std::map<std::string, Routed> m_routed;                 // by link
    std::shared_ptr<const CheckReport> m_report;
    std::unordered_map<std::string, double> m_loads; // steady utilisation from the report
    Ids m_weak, m_faulty;                            // single points of failure; things with an error
    std::map<std::string, std::string, std::less<>> m_elsewhere; // card -> place that it is wrongly drawn in
    std::string m_hovered, m_focus, m_ports;
};

} // namespace alwayson::gui
