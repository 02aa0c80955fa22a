import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConfigError } from '@gradus/core'
import type { Command } from 'commander'
import { checkTableSpec } from 'gradus/tables'
import {
  argumentTexts,
  backendOption,
  collect,
  jsonOption,
  pluginOption,
  type Which,
  whichOption,
  wholeNumber,
} from '../flags.ts'
import { openModelOn } from '../model/open-model.ts'
import type { Terminal } from '../terminal.ts'
import { writeJsonLine } from '../text/json.ts'
import { ownVersion } from '../version.ts'
import { createModelServer } from './create-server.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { openApi } from './openapi.ts'
import { Predictor } from './predictor.ts'
import { servedPorts } from './read-inputs.ts'
import { RowCoder } from './rows.ts'
import { stopOnSignal } from './stop.ts'
import { tryPage } from './try-page.ts'

interface ServeFlags extends Limits {
  readonly port: number
  readonly host: string
  readonly allowHost?: readonly string[]
  readonly cors?: string
  readonly backend?: string
  readonly which?: Which
  readonly plugin?: readonly string[]
  readonly json?: boolean
}

/** Adds `gradus serve`. */
export function serveCommand(program: Command, terminal: Terminal): void {
  const { maxBody, maxRows, timeout, maxRequests } = defaultLimits
  const command = program
    .command('serve')
    .argument('<model>', argumentTexts.model)
    .description('answer predictions over HTTP, until it is stopped by Ctrl-C or SIGTERM')
    .option('--port <number>', 'the port; 0 for a free one', wholeNumber(0, 65535), 0)
    .option(
      '--host <address>',
      'the address to listen on; others than 127.0.0.1 can be reached from the network',
      '127.0.0.1',
    )
    .option('--allow-host <name>', 'a further name that the Host header may have; repeatable', collect)
    .option('--cors <origin>', 'the origin of pages of other sites that may ask, such as https://example.org, or *')
    .option('--max-body <bytes>', 'the largest body of a request', wholeNumber(1), maxBody)
    .option('--max-rows <count>', 'the largest number of rows of a request', wholeNumber(1), maxRows)
    .option('--timeout <seconds>', 'the longest time of a request', wholeNumber(1, 3600), timeout)
    .option('--max-requests <count>', 'the largest number of requests that wait at a time', wholeNumber(1), maxRequests)
    .addOption(jsonOption({ about: 'print one JSON document with the address, on one line' }))
    .addHelpText(
      'after',
      `
POST /predict takes {"rows": [{"age": 44}]} of a model that gradus train saved, and returns {"predictions": [...]}. Of any model
it takes {"inputs": [[44], ...]}, the arrays as the network gets them, and returns {"outputs": [...]}; several inputs are given
by name. GET / is a page to try it, GET /openapi.json describes it, GET /health tells whether it is ready.

Examples:
  gradus serve runs/digits-1 --port 8080
  gradus serve model.keras --max-rows 100 --timeout 2
  curl http://127.0.0.1:8080/predict -H 'content-type: application/json' -d '{"rows": [{"age": 44}]}'`,
    )
  command
    .addOption(whichOption())
    .addOption(backendOption())
    .addOption(pluginOption())
    .action((model: string, flags: ServeFlags) => serve(model, flags, terminal))
}

async function serve(source: string, flags: ServeFlags, terminal: Terminal): Promise<void> {
  const { host, port, cors } = flags
  const options = { cwd: terminal.cwd, plugins: flags.plugin, which: flags.which, log: terminal.err }
  const { model, shown } = await openModelOn(flags.backend, source, options)
  const ports = servedPorts(model, shown)
  const predictor = new Predictor(model, ports, flags)
  await predictor.warmUp()
  const { inputs, outputs } = ports
  const rows = model.table === undefined ? undefined : new RowCoder(checkTableSpec(model.table), inputs)
  const columns = rows?.columns
  const server = createModelServer({
    predictor,
    rows,
    limits: flags,
    hosts: [host, ...(flags.allowHost ?? [])].map((name) => name.toLowerCase()),
    ...(cors !== undefined && { cors }),
    page: tryPage(shown, inputs, outputs, columns),
    openApi: openApi({ title: shown, version: ownVersion(), inputs, outputs, columns, limits: flags }),
    health: { model: shown },
  })
  const url = await listen(server, host, port)
  const stopped = stopOnSignal(server, terminal, flags.timeout)
  if (flags.json) writeJsonLine(terminal.out, { url, model: shown, columns: columns ?? null, inputs, outputs })
  else terminal.out.write(`Serving ${shown} at ${url}\nStop with Ctrl-C.\n`)
  if (!isLocal(host)) terminal.err.write(`Anyone who can reach ${host} can ask this server; it has no passwords.\n`)
  await stopped
}

/** Starts listening and returns the address. Throws `ConfigError` where that is not possible. */
async function listen(server: Server, host: string, port: number): Promise<string> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const reasons: Readonly<Record<string, string>> = {
      EADDRINUSE: `port ${port} of ${host} is in use. Choose another with --port, or --port 0 for a free one`,
      EACCES: `port ${port} may not be used by this user. Choose one from 1024`,
      EADDRNOTAVAIL: `this machine has no address ${host}. Use --host 127.0.0.1`,
      ENOTFOUND: `there is no host '${host}'. Use --host 127.0.0.1`,
    }
    throw new ConfigError(`The server cannot start: ${reasons[code ?? ''] ?? message}.`, { cause })
  }
  const { address, family, port: actual } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}/`
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
