#pragma once
// The failure modes of one node or place: how often, how long, and what else belongs to the mode.

#include "app/gui/panels/inspector_row.h"
#include "core/catalogue/catalogue.h"

namespace alwayson::gui {

// The modes of the thing with one of them changed, as an operation on its "/failure_modes". `change` gets the
// edit entry (new when the mode was untouched). `label` names the undo entry.
Operation editFailureMode(const Design& design, Collection collection, const std::string& id,
                          const std::string& mode, const std::string& label,
                          const std::function<void(FailureMode&)>& change);
// Forgets all edits of the mode.
Operation resetFailureMode(const Design& design, Collection collection, const std::string& id,
                           const std::string& mode, const std::string& label);

class FailureModeRows : public QWidget {
    Q_OBJECT
public:
    FailureModeRows(const RowContext& context, Collection collection, std::string id,
                    QWidget* parent = nullptr);
    void refresh();

private:
    struct ModeWidgets {
        std::string mode;
        Row* every = nullptr;
        ValueField* everyField = nullptr;
        Row* repair = nullptr;
        ValueField* repairField = nullptr;
        Row* factor = nullptr; // slow factor or share of errors
        ValueField* factorField = nullptr;
    };
    void addMode(const FailureModeSpec& spec);
    QString commitEvery(const std::string& mode, const QString& text);
    QString commitRepair(const std::string& mode, const QString& text);
    QString commitFactor(const std::string& mode, FailureEffect effect, const QString& text);
    void apply(const std::string& mode, const std::function<void(FailureMode&)>& change);

    RowContext m_context;
    Collection m_collection;
    std::string m_id;
    const Descriptor* m_descriptor = nullptr;
    std::vector<ModeWidgets> m_modes;
};

} // namespace alwayson::gui
