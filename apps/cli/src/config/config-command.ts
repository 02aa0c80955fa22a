import type { Command } from 'commander'
import { stringify } from 'yaml'
import type { Terminal } from '../terminal.ts'
import { addConfigFlags, type ConfigFlags } from './config-flags.ts'
import { configJsonSchema } from './config-schema.ts'
import { readConfig } from './read-config.ts'
import { completeFit, resolveGiven } from './resolve-config.ts'

/** Adds `gradus config print` and `gradus config schema`. */
export function configCommand(program: Command, terminal: Terminal): void {
  const config = program.command('config').description('inspect configs').helpCommand(false)
  const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`
  addConfigFlags(config.command('print').argument('<config>', 'a .json, .yaml, .ts or .js file'))
    .description('print a config with defaults, environment variables and flags applied')
    .option('--json', 'print JSON instead of YAML')
    .action(async (file: string, flags: ConfigFlags & { readonly json?: boolean }) => {
      const { given } = await resolveGiven(await readConfig(file, terminal.cwd), flags, terminal)
      // what is left out with the model is chosen by the rows
      const resolved = given.model && given.fit ? { ...given, fit: completeFit(given.fit) } : given
      terminal.out.write(flags.json ? json(resolved) : stringify(resolved))
    })
  config
    .command('schema')
    .description('print the JSON Schema of configs, for editors')
    .action(() => {
      terminal.out.write(json(configJsonSchema()))
    })
}
