import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'

export function PageHeader({
  title,
  extra,
  children,
}: {
  title: string
  extra?: ReactNode
  children?: ReactNode
}) {
  const { t } = useTranslation()
  const product = t('frame.product')
  useEffect(() => {
    document.title = `${title} · ${product}`
  }, [title, product])
  return (
    <header className="page-header">
      <div className="page-header-line">
        <h1>{title}</h1>
        {extra && <div className="page-header-extra">{extra}</div>}
      </div>
      {children}
    </header>
  )
}
