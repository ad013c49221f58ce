export type Choice = { value: string; text: string; disabled?: boolean }

/** Options of what has a number and a name, such as sites and staff. */
export function choices(items: readonly { id: number; name: string }[]): Choice[] {
  return items.map(({ id, name }) => ({ value: String(id), text: name }))
}

/** From here on a list is searched instead of read. */
const searchFrom = 9

/** What an Ant Design select is told; `data-value` names an option for scripts and tests. */
export function selectOptions(options: readonly Choice[]) {
  return {
    options: options.map(({ value, text, disabled = false }) => ({
      value,
      label: text,
      title: text,
      disabled,
      'data-value': value,
    })),
    ...(options.length >= searchFrom && { showSearch: { optionFilterProp: 'label' } }),
    popupMatchSelectWidth: false,
  }
}
