import { Button } from 'antd'
import { Suspense, lazy, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CaseDetail } from '../../../contract/case.ts'
import { may, useMe } from '../../session.tsx'

const RegisterDialog = lazy(async () => ({ default: (await import('./RegisterDialog.tsx')).RegisterDialog }))
const MakePromiseDialog = lazy(async () => ({
  default: (await import('../promise/MakePromiseDialog.tsx')).MakePromiseDialog,
}))

type CaseFromProps = {
  person: { id: number; name: string }
  channel: CaseDetail['channel']
  source: { kind: 'call' | 'conversation'; id: number }
}

/** Out of a call or conversation: a case, or a promise that was made in it. */
export function CaseFrom({ person, channel, source }: CaseFromProps) {
  const { t } = useTranslation()
  const me = useMe()
  const [open, setOpen] = useState<'case' | 'promise' | null>(null)
  const close = () => setOpen(null)
  return (
    <>
      {may(me, 'case.write') && (
        <Button size="small" onClick={() => setOpen('case')}>
          {t('cases.register')}
        </Button>
      )}{' '}
      {may(me, 'promise.write') && (
        <Button size="small" onClick={() => setOpen('promise')}>
          {t('promises.make')}
        </Button>
      )}
      <Suspense fallback={null}>
        {open === 'case' && <RegisterDialog {...{ person, channel, source }} onClose={close} />}
        {open === 'promise' && <MakePromiseDialog {...{ person, source }} onClose={close} />}
      </Suspense>
    </>
  )
}
