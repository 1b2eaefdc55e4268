// node _observe.js <folder of the module coap> <URI> <seconds>: prints the responses for so long.
// The client then forgets the observation, so it rejects the next notification with a Reset.
const [folder, uri, seconds] = process.argv.slice(2)
const coap = require(folder)
const { hostname, port, pathname } = new URL(uri)
const socket = require('dgram').createSocket('udp4')
const agent = new coap.Agent({ socket })

coap.request({ hostname, port, pathname, agent, observe: true }).on('response', (response) => {
  response.on('data', (payload) => console.log(payload.toString()))
  setTimeout(() => response.close(), seconds * 1000)
  setTimeout(() => process.exit(), seconds * 1000 + 2000)
}).end()
