#include "core/base/json_tree.h"

#include "core/base/json.h"

#include <iterator>
#include <vector>

namespace alwayson {

namespace {

// Builds the tree from nlohmann's events, bottom up. Its own builder looks every new key up among those
// before it (quadratic in an object's size) and copies finished children when a parent grows; keys are known
// to be unique here.
class TreeBuilder final : public nlohmann::json_sax<Json> {
public:
    bool null() override { return push(nullptr); }
    bool boolean(bool value) override { return push(value); }
    bool number_integer(number_integer_t value) override { return push(value); }
    bool number_unsigned(number_unsigned_t value) override { return push(value); }
    bool number_float(number_float_t value, const string_t&) override { return push(value); }
    bool string(string_t& value) override { return push(std::move(value)); }
    bool binary(binary_t&) override { return false; }
    bool key(string_t& text) override {
        m_keys.push_back(std::move(text));
        return true;
    }
    bool start_object(std::size_t) override { return open(); }
    bool start_array(std::size_t) override { return open(); }
    bool end_object() override {
        const std::size_t first = close();
        const std::size_t count = m_values.size() - first;
        Json::object_t object;
        object.reserve(count);
        for (std::size_t i = 0; i < count; ++i)
            object.emplace_back(std::move(m_keys[m_keys.size() - count + i]), std::move(m_values[first + i]));
        m_values.resize(first);
        m_keys.resize(m_keys.size() - count);
        return push(std::move(object));
    }
    bool end_array() override {
        const std::size_t first = close();
        const auto begin = m_values.begin() + static_cast<std::ptrdiff_t>(first);
        Json::array_t array(std::make_move_iterator(begin), std::make_move_iterator(m_values.end()));
        m_values.resize(first);
        return push(std::move(array));
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        return false;
    }

    Json take() { return std::move(m_values.front()); }
    bool isComplete() const { return m_values.size() == 1 && m_open.empty(); }

private:
    template <class T>
    bool push(T&& value) {
        m_values.emplace_back(std::forward<T>(value));
        return true;
    }
    bool open() {
        m_open.push_back(m_values.size());
        return true;
    }
    std::size_t close() {
        const std::size_t first = m_open.back();
        m_open.pop_back();
        return first;
    }

    std::vector<Json> m_values;
    std::vector<std::string> m_keys;
    std::vector<std::size_t> m_open; // where the children of each open container start in m_values
};

} // namespace

std::optional<Json> treeOf(std::string_view text) {
    TreeBuilder builder;
    if (!Json::sax_parse(text.begin(), text.end(), &builder) || !builder.isComplete()) return std::nullopt;
    return builder.take();
}

void appendMember(Json& object, std::string key, Json value) {
    object.get_ref<Json::object_t&>().emplace_back(std::move(key), std::move(value));
}

} // namespace alwayson
