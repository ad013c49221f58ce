import { Dialog } from '../../ui/Dialog.tsx'
import './import.css'
import { Button, Progress, Skeleton } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ImportKind, importKinds, listImports } from '../../../contract/import.ts'
import { listSites } from '../../../contract/setting.ts'
import { keyOf, queryClient, useCall } from '../../query.ts'
import { useMe } from '../../session.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { PickField } from '../../ui/fields.ts'
import { useExplain } from '../../ui/useExplain.ts'
import { upload } from './upload.ts'

type UploadDialogProps = { onClose: () => void; onDone: (id: number) => void }

export function UploadDialog({ onClose, onDone }: UploadDialogProps) {
  const { t } = useTranslation()
  const me = useMe()
  const explain = useExplain()
  const sites = useCall(listSites)
  const [kind, setKind] = useState<ImportKind>('persons')
  const [chosenSite, setSite] = useState('')
  const [over, setOver] = useState(false)
  const [share, setShare] = useState<number | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const mine = me.grants.flatMap((grant) => grant.siteId ?? [])
  const offered = (sites.data?.sites ?? []).filter((site) => mine.length === 0 || mine.includes(site.id))
  const siteId = Number(chosenSite || offered[0]?.id)

  const send = async (file: File | undefined) => {
    if (!file || !siteId) return
    setProblem(null)
    setShare(0)
    try {
      const { id } = await upload({ kind, siteId, file }, setShare)
      void queryClient.invalidateQueries({ queryKey: keyOf(listImports) })
      onDone(id)
    } catch (error) {
      setProblem(explain(error))
      setShare(null)
    }
  }

  return (
    <Dialog title={t('imports.new')} onClose={onClose} maskClosable={share === null}>
      <div className="stack">
        <div className="import-choice">
          <PickField
            label={t('imports.kindLabel')}
            value={kind}
            options={importKinds.map((value) => ({ value, text: t(`imports.kinds.${value}`) }))}
            onChange={(value) => setKind(importKinds.find((one) => one === value) ?? 'persons')}
          />
          <PickField
            label={t('imports.site')}
            value={String(siteId || '')}
            options={offered.map((site) => ({ value: String(site.id), text: site.name }))}
            onChange={setSite}
          />
        </div>
        {sites.isPending ? (
          <Skeleton active paragraph={{ rows: 2 }} title={false} />
        ) : share === null ? (
          <label
            className={over ? 'import-drop import-drop-over' : 'import-drop'}
            onDragOver={(event) => {
              event.preventDefault()
              setOver(true)
            }}
            onDragLeave={() => setOver(false)}
            onDrop={(event) => {
              event.preventDefault()
              setOver(false)
              void send(event.dataTransfer.files[0])
            }}
          >
            <input
              type="file"
              className="visually-hidden"
              accept=".csv,.txt,.tsv,.xlsx"
              onChange={(event) => void send(event.target.files?.[0])}
            />
            <strong>{t('imports.choose')}</strong>
            <span className="secondary small">{t('imports.chooseHint')}</span>
          </label>
        ) : (
          <div role="status">
            <Progress percent={Math.round(share * 100)} showInfo={false} />
            <p>{t('imports.uploading', { percent: Math.round(share * 100) })}</p>
          </div>
        )}
        {problem && <Notice tone="danger" title={problem} />}
        <div className="button-line">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
        </div>
      </div>
    </Dialog>
  )
}
