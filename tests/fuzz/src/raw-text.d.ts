/** Files of the page that Vite imports as text. */
declare module '*?raw' {
  const text: string

  export { text as default }
}
