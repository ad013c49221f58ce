import { PhoneOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { dial, getMyLine } from '../../../contract/line.ts'
import { useDo } from '../../ui/useDo.ts'
import { useLine } from './useLine.ts'

type DialButtonProps = { personId: number; name: string; telecomId?: number; relationshipId?: number }

/** Calls a number from my telephone, without showing it; nothing for who sits at none. */
export function DialButton({ name, ...body }: DialButtonProps) {
  const { t } = useTranslation()
  const line = useLine()
  const call = useDo(dial, { done: t('line.dialling'), stale: [getMyLine] })
  if (!line?.data?.line) return null
  return (
    <Button
      size="small"
      icon={<PhoneOutlined aria-hidden />}
      aria-label={`${t('line.dialNow')} ${name}`}
      title={t('line.dialNow')}
      loading={call.isPending}
      onClick={() => call.mutate({ body })}
    />
  )
}
