import { LinkButton } from '../../ui/LinkButton.tsx'
import { ExportOutlined } from '@ant-design/icons'
import { useTranslation } from 'react-i18next'
import { listPathways } from '../../../contract/pathway.ts'
import { useCall } from '../../query.ts'

/** Leads to the pathway that a step runs inside. */
export function SubPathwayLink({ code }: { code: string }) {
  const { t } = useTranslation()
  const pathways = useCall(listPathways)
  const found = pathways.data?.items.find((one) => one.code === code)
  if (!found) return null
  return (
    <LinkButton to="/pathways/$id" params={{ id: String(found.id) }} target="_blank">
      <ExportOutlined aria-hidden /> {t('pathways.openSub', { name: found.name })}
    </LinkButton>
  )
}
