// The resources of the ETSI CoAP plugtests: each path, and the test descriptions (TD_COAP_...) that
// use it. The numbers are those of the fourth plugtest (London, 2014).
#pragma once

#include "observe.hpp"

namespace plugtest {

using coap::at;
using coap::get;
using coap::get_blocks;
using coap::post;
using coap::put_blocks;
using coap::text;

constexpr auto query = get(show_query).accepts_option<coap::option::uri_query>();
constexpr auto separate = get([](const request& r) { return delayed.begin(r); });
constexpr auto xml = coap::constant<content_format::xml>("<text>In XML</text>");
constexpr auto sub_links = coap::constant<content_format::link_format>("</path/sub1>,</path/sub2>,</path/sub3>");

constexpr auto create_large =
    post([](const request& r) { return large_created.create(r); }).accepts_option<coap::option::block1>();
constexpr auto read_created = get([](const request& r, std::string_view number) {
                                  return large_created.read(r, number);
                              }).accepts_option<coap::option::block2>();

constexpr auto site = coap::routes(
    // CORE
    at<"test">(get_blocks(test), put_blocks(test),
               post([] { return coap::created<"location1/location2/location3">(); }),
               coap::delete_(delete_test)),                                 // 01 to 08, 10, 12, 15, 18
    at<"separate">(separate),                                               // 09, 11, 16, 17
    at<"seg1">(text("One segment")),                                        // 13
    at<"seg1/seg2">(text("Two segments")),                                  // 13
    at<"seg1/seg2/seg3">(text("Three segments")),                           // 13
    at<"query">(query),                                                     // 14
    at<"location-query">(post(create_with_query)),                          // 19
    at<"multi-format">(coap::negotiated(text("In plain text"), xml)).ct(),  // 20
    at<"validate">(get_blocks(validated), put_blocks(validated)),           // 21, 22
    at<"create1">(get_blocks(created[0]), put_blocks(created[0]), delete_store(created[0])),  // 23
    at<"create2">(get_blocks(created[1]), put_blocks(created[1]), delete_store(created[1])),  // 23
    at<"create3">(get_blocks(created[2]), put_blocks(created[2]), delete_store(created[2])),  // 23
    // LINK
    at<"link1">(text("The first link")).rt("Type1 Type2").if_("If1"),          // 02 to 05, 07, 08
    at<"link2">(text("The second link")).rt("Type2 Type3").if_("If2"),         // 02 to 05, 08
    at<"link3">(text("The third link")).rt("Type1 Type3").if_("foo"),          // 02 to 05, 08
    at<"path">(sub_links).ct(content_format::link_format),                     // 09
    at<"path/sub1">(text("/path/sub1")), at<"path/sub2">(text("/path/sub2")),  // 09
    at<"path/sub3">(text("/path/sub3")),                                       // 09
    // BLOCK
    at<"large">(coap::generated(write_large)).sz(large_size),                  // 01, 02, 06; LINK_06
    at<"large-update">(get_blocks(updated), put_blocks(updated)),              // 03
    at<"large-create">(create_large), at<"large-create/*">(read_created),      // 04
    at<"large-post">(coap::post_blocks<content_format::text_plain>(shouted)),  // 05
    // OBS
    at<"obs">(observed(obs), written(obs), deleted(obs)).observable(),                    // 01, 04 to 12
    at<"obs-non">(observed(obs_non), written(obs_non), deleted(obs_non)).observable(),    // 02
    at<"obs-large">(coap::generated(write_obs_large).max_age<5>()).observable(),          // blocks that change
    at<"obs-pumping">(coap::generated(write_obs_pumping).max_age<5>()).observable(),      // the size changes, too
    at<"obs-pumping-non">(coap::generated(write_obs_pumping).max_age<5>()).observable(),  // the same
    at<"obs-reset">(post(reset)),                                                         // 04
    coap::filtered_well_known_core);                                                      // LINK

}  // namespace plugtest
