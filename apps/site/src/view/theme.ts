import { signal } from '@preact/signals'
import type { Palette } from './colors.ts'

const dark = matchMedia('(prefers-color-scheme: dark)')

/** The colors of canvases and charts, to which the style sheet does not apply. */
export const theme = signal<Palette>(read())

dark.addEventListener('change', () => {
  theme.value = read()
})

function read(): Palette {
  const style = getComputedStyle(document.documentElement)
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return {
    low: color('low'),
    high: color('high'),
    ink: color('ink'),
    ground: color('card'),
    faint: color('line'),
  }
}
