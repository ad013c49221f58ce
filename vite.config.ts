import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { words } from './scripts/words.ts'

export default defineConfig({
  root: 'web',
  plugins: [words(), react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    rolldownOptions: {
      // Without it a page that shows one field would load all of them.
      treeshake: {
        moduleSideEffects: [
          { test: /web.ui.fields[.]ts$/, sideEffects: false },
          // What antd is made of does not say so itself; its form, which is not used, would come along with every field.
          { test: /node_modules.@rc-component/, sideEffects: false },
        ],
      },
      input: { main: 'web/index.html', 'visit-worker': 'web/visit/worker.ts' },
      // A service worker keeps its address, else an old one would never give way to a new one.
      output: {
        entryFileNames: ({ name }) => (name === 'visit-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
    // The desk page is meant to be one visit a day kept open for hours; the limit is checked in gzip by us.
    chunkSizeWarningLimit: 1500,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:3000' } },
})
