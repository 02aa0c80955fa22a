import type { Port } from '../model/ports.ts'
import { escaped } from '../report/charts/svg.ts'
import { exampleRequest } from './openapi.ts'
import type { Column } from './rows.ts'

const style = `
:root{color-scheme:light dark;--back:#fff;--text:#1f2328;--soft:#59636e;--card:#f6f8fa;--line:#8c959f}
@media (prefers-color-scheme:dark){:root{--back:#0d1117;--text:#e6edf3;--soft:#9aa4af;--card:#161b22;--line:#6e7681}}
body{margin:0 auto;padding:1rem;max-width:48rem;font:16px/1.5 system-ui,Helvetica,Arial,sans-serif;background:var(--back);color:var(--text)}
h1{font-size:1.4rem;overflow-wrap:anywhere}.soft{color:var(--soft)}
textarea,pre{width:100%;box-sizing:border-box;font:14px/1.4 ui-monospace,Menlo,Consolas,monospace;background:var(--card);color:var(--text);border:1px solid var(--line);border-radius:.4rem;padding:.6rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere;min-height:3rem}
button{font:inherit;padding:.4rem 1.2rem;margin:.6rem 0}
`

const script = `
const form = document.querySelector('form'), out = document.querySelector('pre')
form.addEventListener('submit', async (event) => {
  event.preventDefault()
  out.textContent = '...'
  try {
    const body = form.elements.body.value
    const answer = await fetch('predict', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    out.textContent = JSON.stringify(await answer.json(), null, 2)
  } catch (error) {
    out.textContent = String(error)
  }
})
`

/** The page on which a model can be tried. */
export function tryPage(
  title: string,
  inputs: readonly Port[],
  outputs: readonly Port[],
  columns: readonly Column[] | undefined,
): string {
  const shape = ({ name, shape }: Port) => `${name} [${shape.map((d) => d ?? 'any').join(', ')}]`
  const list = (ports: readonly Port[]) => escaped(ports.map(shape).join(', '))
  const takes = columns
    ? `Takes rows with ${escaped(columns.map(({ name }) => name).join(', '))}.`
    : `Takes ${list(inputs)}, returns ${list(outputs)}. Rows come first.`
  const example = JSON.stringify(exampleRequest(inputs, columns), null, columns ? 2 : 0)
  const lines = Math.min(24, Math.max(8, example.split('\n').length))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p class="soft">${takes} <a href="openapi.json">OpenAPI</a></p>
<form>
<label for="body">The body of <code>POST /predict</code></label>
<textarea id="body" name="body" rows="${lines}" spellcheck="false">${escaped(example)}</textarea>
<button>Predict</button>
</form>
<h2 id="answer" class="soft">Answer</h2>
<pre role="status" aria-labelledby="answer"></pre>
</main>
<script>${script}</script>
</body>
</html>
`
}
