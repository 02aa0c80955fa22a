// Files of the page that Vite imports as text.
declare module '*?raw'
