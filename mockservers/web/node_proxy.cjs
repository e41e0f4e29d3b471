// NODE_OPTIONS loads this file into every Node.js process (`mockservers env`). It sends fetch, http and https through
// HTTPS_PROXY. Node.js 22.21 and 24.5 do that themselves if NODE_USE_ENV_PROXY is set; earlier versions ignore it.
// It needs no npm package: fetch remains Node's own, with a dispatcher whose connections are opened here.
'use strict'

const proxy = process.env.HTTPS_PROXY || process.env.https_proxy
const knowsProxies = process.allowedNodeEnvironmentFlags.has('--use-env-proxy')

if (proxy && !knowsProxies) {
  const http = require('node:http')
  const https = require('node:https')
  const net = require('node:net')
  const tls = require('node:tls')

  const way = new URL(proxy)
  const bare = (host) => String(host || 'localhost').replace(/^\[|\]$/g, '').toLowerCase()
  const reachedPastIt = (process.env.NO_PROXY || process.env.no_proxy || '').split(',').map((name) => bare(name.trim()))

  // Calls done(error, socket) with a connection to host:port, without the proxy if NO_PROXY has the host.
  const connect = (host, port, done) => {
    if (reachedPastIt.includes(bare(host))) {
      const socket = net.connect(port, bare(host))
      socket.once('error', done).once('connect', () => done(null, socket.removeListener('error', done)))
      return
    }
    const path = `${host}:${port}`
    http.request({ host: way.hostname, port: way.port, method: 'CONNECT', path, headers: { host: path }, agent: false })
      .once('error', done)
      .once('connect', (response, socket) => {
        if (response.statusCode === 200) return done(null, socket)
        socket.destroy()
        done(new Error(`${proxy} answers ${response.statusCode} to CONNECT ${path}`))
      })
      .end()
  }

  const connectSecurely = (host, port, options, done) => connect(host, port, (error, socket) => {
    if (error) return done(error)
    const servername = options.servername || (net.isIP(bare(host)) ? '' : bare(host))
    const secured = tls.connect({ ...options, servername, socket })
    secured.once('error', done).once('secureConnect', () => done(null, secured.removeListener('error', done)))
  })

  // http and https: the default agents, which requests without their own agent use.
  class ProxiedHttp extends http.Agent {
    createConnection ({ host, port }, done) {
      connect(host, port || 80, done)
    }
  }
  class ProxiedHttps extends https.Agent {
    createConnection ({ host, hostname, port, path, socketPath, agent, lookup, ...options }, done) {
      connectSecurely(host, port || 443, options, done)
    }
  }
  http.globalAgent = new ProxiedHttp({ keepAlive: true, timeout: 5000 })
  https.globalAgent = new ProxiedHttps({ keepAlive: true, timeout: 5000 })

  // fetch: undici creates its dispatcher on the first use of fetch, and stores it under this symbol.
  if (typeof globalThis.fetch === 'function') {
    globalThis.fetch('data:,').catch(() => {})
    const place = Symbol.for('undici.globalDispatcher.1')
    const Agent = globalThis[place].constructor
    globalThis[place] = new Agent({
      connect ({ hostname, port, protocol, servername }, done) {
        if (protocol !== 'https:') return connect(hostname, port || 80, done)
        connectSecurely(hostname, port || 443, { servername, ALPNProtocols: ['http/1.1'] }, done)
      }
    })
  }
}
