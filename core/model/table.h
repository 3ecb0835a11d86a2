#pragma once
// An ordered collection of entities by id, cheap to copy: rows are shared and copied on write.

#include <cassert>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace alwayson {

// The text of an entity's id, whatever its type.
template <class T>
const std::string& idText(const T& entity) {
    if constexpr (requires { entity.id.str(); })
        return entity.id.str();
    else
        return entity.id;
}

struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
        return std::hash<std::string_view>{}(text);
    }
};

// Keeps insertion order. find is O(1); replace O(1); insert and erase in the middle O(n).
template <class T>
class Table {
    using Row = std::shared_ptr<const T>;
    using Index = std::unordered_map<std::string, std::size_t, StringHash, std::equal_to<>>;

public:
    class Iterator {
    public:
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        explicit Iterator(const Row* row) : m_row(row) {}
        const T& operator*() const { return **m_row; }
        const T* operator->() const { return m_row->get(); }
        Iterator& operator++() {
            ++m_row;
            return *this;
        }
        friend bool operator==(const Iterator&, const Iterator&) = default;

    private:
        const Row* m_row;
    };

    std::size_t size() const { return m_rows.size(); }
    bool empty() const { return m_rows.empty(); }
    const T& at(std::size_t position) const { return *m_rows[position]; }
    Iterator begin() const { return Iterator(m_rows.data()); }
    Iterator end() const { return Iterator(m_rows.data() + m_rows.size()); }

    static constexpr std::size_t npos = static_cast<std::size_t>(-1);
    std::size_t indexOf(std::string_view id) const {
        const auto found = m_index->find(id);
        return found == m_index->end() ? npos : found->second;
    }
    bool contains(std::string_view id) const { return indexOf(id) != npos; }
    // nullptr when there is none; valid until the table changes.
    const T* find(std::string_view id) const {
        const std::size_t position = indexOf(id);
        return position == npos ? nullptr : m_rows[position].get();
    }

    // The id must be new.
    void append(T entity) { insert(m_rows.size(), std::move(entity)); }
    void insert(std::size_t position, T entity) {
        assert(position <= m_rows.size() && !contains(idText(entity)));
        Index& index = ownIndex();
        if (position == m_rows.size()) {
            index.emplace(idText(entity), position);
            m_rows.push_back(std::make_shared<const T>(std::move(entity)));
            return;
        }
        for (auto& [id, at] : index)
            if (at >= position) ++at;
        index.emplace(idText(entity), position);
        m_rows.insert(m_rows.begin() + static_cast<std::ptrdiff_t>(position),
                      std::make_shared<const T>(std::move(entity)));
    }
    // The entity keeps its id.
    void replace(std::size_t position, T entity) {
        assert(position < m_rows.size() && idText(entity) == idText(*m_rows[position]));
        m_rows[position] = std::make_shared<const T>(std::move(entity));
    }
    void erase(std::size_t position) {
        assert(position < m_rows.size());
        Index& index = ownIndex();
        index.erase(idText(*m_rows[position]));
        for (auto& [id, at] : index)
            if (at > position) --at;
        m_rows.erase(m_rows.begin() + static_cast<std::ptrdiff_t>(position));
    }

    friend bool operator==(const Table& a, const Table& b) {
        if (a.size() != b.size()) return false;
        for (std::size_t i = 0; i < a.size(); ++i)
            if (a.m_rows[i] != b.m_rows[i] && !(*a.m_rows[i] == *b.m_rows[i])) return false;
        return true;
    }

private:
    Index& ownIndex() {
        if (m_index.use_count() > 1) m_index = std::make_shared<Index>(*m_index);
        return *m_index;
    }
    std::vector<Row> m_rows;
    std::shared_ptr<Index> m_index = std::make_shared<Index>();
};

} // namespace alwayson
