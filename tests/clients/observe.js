// node observe.js <folder of the module coap> <URI> <count>: prints the first response and so many notifications.
// The client then forgets the observation, so it rejects the next notification with a Reset.
const [folder, uri, count] = process.argv.slice(2)
const coap = require(folder)
const { hostname, port, pathname } = new URL(uri)
const socket = require('dgram').createSocket('udp4')
const agent = new coap.Agent({ socket })
let printed = 0

coap.request({ hostname, port, pathname, agent, observe: true }).on('response', (response) => {
  response.on('data', (payload) => {
    if (printed > count) return
    console.log(payload.toString())
    if (printed++ < count) return
    response.close()
    setTimeout(() => process.exit(), 2500)
  })
}).end()
