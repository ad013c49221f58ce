import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ImportStatus, type ImportSummary, listImports } from '../../../contract/import.ts'
import { count } from '../../format/number.ts'
import { may, useMe } from '../../session.tsx'
import { type Column, ListPage, useList, column } from '../../ui/ListPage.tsx'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { UploadDialog } from './UploadDialog.tsx'

export const importTones: Record<ImportStatus, Tone> = {
  uploading: 'neutral',
  uploaded: 'warning',
  checking: 'primary',
  checked: 'warning',
  importing: 'primary',
  imported: 'success',
  cancelled: 'neutral',
  undoing: 'primary',
  undone: 'neutral',
  failed: 'danger',
}

export default function ImportsPage() {
  const { t } = useTranslation()
  const me = useMe()
  const navigate = useNavigate()
  const imports = useList(listImports, {})
  const [uploading, setUploading] = useState(false)
  const open = (id: number) => void navigate({ to: '/imports/$id', params: { id: String(id) } })
  const add = may(me, 'import.write') && (
    <Button type="primary" onClick={() => setUploading(true)}>
      {t('imports.new')}
    </Button>
  )

  const columns: Column<ImportSummary>[] = [
    column('file', t('imports.file'), (one) => (
      <Link to="/imports/$id" params={{ id: String(one.id) }}>
        {one.fileName}
      </Link>
    )),
    column('kind', t('imports.kindLabel'), (one) => t(`imports.kinds.${one.kind}`)),
    column('site', t('imports.site'), { wideOnly: true }, (one) => one.siteName),
    column('status', t('imports.status'), (one) => (
      <StatusTag tone={importTones[one.status]}>{t(`imports.statuses.${one.status}`)}</StatusTag>
    )),
    column('rows', t('imports.rows'), { align: 'right' }, (one) =>
      one.rows === null ? '—' : count(one.rows),
    ),
    column('created', t('imports.created'), { align: 'right' }, (one) => count(one.created)),
    column('updated', t('imports.updated'), { align: 'right' }, (one) => count(one.updated)),
    column('failed', t('imports.failed'), { align: 'right' }, (one) => count(one.failed)),
    column('by', t('imports.by'), { wideOnly: true }, (one) => one.createdBy),
    column('at', t('imports.at'), (one) => <TimeText at={one.createdAt} show="moment" />),
  ]

  return (
    <>
      <ListPage
        title={t('imports.title')}
        actions={add}
        source={imports}
        columns={columns}
        rowKey={(one) => one.id}
        onOpen={(one) => open(one.id)}
        empty={{ title: t('imports.empty'), hint: t('imports.emptyHint'), action: add }}
      />
      {uploading && <UploadDialog onClose={() => setUploading(false)} onDone={open} />}
    </>
  )
}
