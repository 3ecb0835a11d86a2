#pragma once
// Parts of the inspector that are not parameters: where a thing is, what a client sends, how its health is
// seen.

#include "app/gui/panels/inspector_row.h"

namespace alwayson::gui {

// A combo over choices that an operation puts into effect: place, pool, what a link carries, books of the
// design.
class ChoiceRow : public Row {
    Q_OBJECT
public:
    struct Choice {
        QString text;
        std::string id;
    };
    struct Source {
        std::function<std::vector<Choice>()> choices;
        std::function<std::optional<std::string>()> current; // nullopt: mixed
        std::function<Operation(const std::string& id)> write;
    };
    ChoiceRow(const RowContext& context, const QString& title, Source source, QWidget* parent = nullptr);
    void refresh() override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void fit();
    Source m_source;
    Combo* m_combo;
    std::vector<Choice> m_choices;
};

// A field over anything that an operation can write.
class FieldRow : public Row {
    Q_OBJECT
public:
    struct Source {
        std::function<QString()> read;
        std::function<QString(const QString& text)> commit; // "" or what is wrong
        QString placeholder;
    };
    FieldRow(const RowContext& context, const QString& title, Source source, QWidget* parent = nullptr);
    void refresh() override;

private:
    Source m_source;
    ValueField* m_field;
};

// Place and pool of nodes, parent of places, classes of a link.
std::vector<Row*> placementRows(const RowContext& context, const Subject& subject, QWidget* parent);
// Share, deadline and objective of each request class of a client.
std::vector<Row*> classRows(const RowContext& context, const std::string& client, QWidget* parent);

// The balancers that send to the node (or to its group), in the order of the links.
std::vector<const Node*> balancersOf(const Design& design, const std::string& node);
// "Notices a crash in 4.0 - 6.0 s" and the like, by the law the simulator obeys.
std::vector<Row*> detectionFacts(const RowContext& context, const std::string& balancer, QWidget* parent);
// "4.0 – 6.0 s", "never".
QString rangeText(double lowS, double highS);

} // namespace alwayson::gui
