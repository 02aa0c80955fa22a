import { signal } from '@preact/signals'
import type { Palette } from './colours.ts'

const dark = matchMedia('(prefers-color-scheme: dark)')

/** The colours of canvases and charts, which cannot read the style sheet by themselves. */
export const theme = signal<Palette>(read())

dark.addEventListener('change', () => {
  theme.value = read()
})

function read(): Palette {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return {
    low: colour('low'),
    high: colour('high'),
    ink: colour('ink'),
    ground: colour('card'),
    faint: colour('line'),
  }
}
