import { App } from 'antd'
import { useTranslation } from 'react-i18next'

/** Copies a text and says so. */
export function useCopy(): (text: string) => Promise<void> {
  const { t } = useTranslation()
  const { message } = App.useApp()
  return async (text) => {
    await navigator.clipboard.writeText(text)
    void message.success(t('common.copied'))
  }
}
