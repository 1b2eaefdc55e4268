// All of mincoap but its adapters.
#pragma once

#include <mincoap/cbor/reader.hpp>
#include <mincoap/cbor/writer.hpp>
#include <mincoap/net/loopback.hpp>
#include <mincoap/resource/byte_store.hpp>
#include <mincoap/resource/conditional.hpp>
#include <mincoap/resource/confirmed_only.hpp>
#include <mincoap/resource/document.hpp>
#include <mincoap/resource/filtered_well_known_core.hpp>
#include <mincoap/resource/methods.hpp>
#include <mincoap/resource/negotiated.hpp>
#include <mincoap/resource/optional.hpp>
#include <mincoap/resource/query.hpp>
#include <mincoap/resource/replies.hpp>
#include <mincoap/resource/routes.hpp>
#include <mincoap/resource/senml.hpp>
#include <mincoap/resource/text.hpp>
#include <mincoap/resource/upload.hpp>
#include <mincoap/resource/value.hpp>
#include <mincoap/resource/well_known_core.hpp>
#include <mincoap/security/echo_guard.hpp>
#include <mincoap/server/flood_limit.hpp>
#include <mincoap/server/host_names.hpp>
#include <mincoap/server/no_response.hpp>
#include <mincoap/server/server.hpp>
#include <mincoap/version.hpp>
