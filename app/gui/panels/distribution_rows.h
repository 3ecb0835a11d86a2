#pragma once
// A distribution parameter: how it is known (mean and p99, median and p95, ...), then one field per figure.

#include "app/gui/panels/inspector_row.h"

class QVBoxLayout;

namespace alwayson::gui {

class DistributionRows : public Row {
    Q_OBJECT
public:
    DistributionRows(const RowContext& context, ParameterBinding binding, QWidget* parent = nullptr);
    void refresh() override;

    // The same distribution, known in another way: keeps its mean and its tail as well as the family can.
    // form: index into forms(). `current` may be unset.
    static Distribution converted(const Value& current, int form);
    static QStringList forms();
    static int formOf(const Distribution& distribution); // -1: none of them (empirical, ...)

private:
    void choose(int index);
    void rebuildFields(const Distribution* distribution);
    QString commitEntry(std::size_t entry, const QString& text);
    void write(const Distribution& distribution);

    ParameterBinding m_binding;
    Combo* m_combo;
    QVBoxLayout* m_fieldsLayout;
    QWidget* m_fields;
    std::vector<ValueField*> m_entries;
    std::string m_layoutKey; // family and names of the entries shown
};

} // namespace alwayson::gui
