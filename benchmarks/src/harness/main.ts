import { bench } from './bench.ts'
import { pack } from './pack.ts'
import { findPaths } from './paths.ts'
import type { Builder } from './tools.ts'

/** `npm run bench`. Returns the exit code. */
export async function main(argv: readonly string[], builder: Builder): Promise<number> {
  if (argv[0] === '--pack') return pack(argv[1], builder)
  const find = (wanted: Parameters<typeof findPaths>[1]) => findPaths(builder, wanted)
  return bench(argv, {
    command: ['npm run bench', ...(argv.length > 0 ? ['--', ...argv] : [])].join(' '),
    home: builder.home,
    find,
    builder,
  })
}
