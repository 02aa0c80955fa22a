import { useSignal } from '@preact/signals'
import { toCommand } from '../settings/command.ts'
import { toTypeScript } from '../settings/typescript.ts'
import { problem, report, settings } from '../state/session.ts'

/** The run as a program, as shell commands and as an address. */
export function Program() {
  const open = useSignal(false)
  const said = useSignal('')
  const none = report.value === undefined
  const epochs = () => Math.max(report.value?.epoch ?? 0, 1)
  const code = () => toTypeScript(settings.value, problem.value, epochs())
  const command = () => toCommand(settings.value, problem.value, epochs())
  const copy = async (text: string, what: string) => {
    try {
      await navigator.clipboard.writeText(text)
      said.value = `Copied: ${what}.`
    } catch {
      said.value = 'The browser does not allow the page to copy. Select the text below.'
      open.value = true
    }
  }
  return (
    <section class="card program" aria-labelledby="program-title" data-part="program">
      <h2 id="program-title">Take it with you</h2>
      <p class="hint">
        A program that trains the same network and gives the same numbers; shell commands that train it with batches in
        another order; and an address that opens these settings.
      </p>
      <div class="buttons">
        <button type="button" disabled={none} onClick={() => void copy(code(), 'the program')}>
          Copy as TypeScript
        </button>
        <button type="button" disabled={none} onClick={() => void copy(command(), 'the commands')}>
          Copy as commands
        </button>
        <button type="button" onClick={() => void copy(location.href, 'the address')}>
          Copy the address
        </button>
        <button type="button" disabled={none} aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
          {open.value ? 'Hide the program' : 'Show the program'}
        </button>
      </div>
      <p role="status">{said.value}</p>
      {open.value && !none && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also with the keyboard
        <pre tabIndex={0}>{code()}</pre>
      )}
    </section>
  )
}
