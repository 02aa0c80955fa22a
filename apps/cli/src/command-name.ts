import { relative } from 'node:path'

/**
 * The command that starts this program again from the folder `cwd`, for hints. `script` is the path of the script as the process got it:
 * a link in a `bin` folder, or the script itself, which Windows and pnpm start.
 */
export function commandName(script: string, cwd: string): string {
  const path = script.replaceAll('\\', '/')
  const installed = /^(.*?)\/node_modules\/(?:\.bin\/gradus|(?:.*\/)?@gradus\/cli\/dist\/main\.js)$/.exec(path)
  if (installed) {
    const project = installed[1]!
    // npx has fetched it for this once
    if (project.includes('/_npx/')) return 'npx --package @gradus/cli gradus'
    return isWithin(cwd.replaceAll('\\', '/'), project) ? 'npx gradus' : 'gradus'
  }
  if (/(^|\/)gradus$/.test(path)) return 'gradus'
  return `node ${relative(cwd, script) || script}`
}

function isWithin(folder: string, parent: string): boolean {
  return `${folder}/`.startsWith(`${parent}/`)
}
