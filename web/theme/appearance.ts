import { useSyncExternalStore } from 'react'
import { type Density, type Palette, type TextSize, cssVariables, dark, light } from './tokens.ts'

export type Mode = 'system' | 'light' | 'dark'
export type Appearance = { mode: Mode; size: TextSize; density: Density; railOpen: boolean }

const storageKey = 'careloop.appearance'
const fallback: Appearance = { mode: 'system', size: 'normal', density: 'middle', railOpen: true }
const systemDark = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

function read(): Appearance {
  try {
    return { ...fallback, ...(JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Appearance>) }
  } catch {
    return fallback
  }
}

let current = read()

export function isDark(): boolean {
  return current.mode === 'dark' || (current.mode === 'system' && systemDark.matches)
}

export function palette(): Palette {
  return isDark() ? dark : light
}

export function applyAppearance() {
  const root = document.documentElement
  root.dataset['theme'] = isDark() ? 'dark' : 'light'
  root.dataset['size'] = current.size
  root.dataset['rail'] = current.railOpen ? 'open' : 'closed'
  root.style.colorScheme = isDark() ? 'dark' : 'light'
  for (const [name, value] of Object.entries(cssVariables(palette(), current.size, current.density))) {
    root.style.setProperty(name, value)
  }
}

function changed() {
  applyAppearance()
  for (const listener of listeners) listener()
}

systemDark.addEventListener('change', () => {
  // A new object, so that React sees the change although the remembered choice is the same.
  current = { ...current }
  changed()
})

export function setAppearance(patch: Partial<Appearance>) {
  current = { ...current, ...patch }
  localStorage.setItem(storageKey, JSON.stringify(current))
  changed()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}

export function useAppearance(): Appearance {
  return useSyncExternalStore(subscribe, () => current)
}
