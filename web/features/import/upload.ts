import { type ImportDetail, type ImportKind, uploadImport } from '../../../contract/import.ts'
import { addressOf, ApiError } from '../../api.ts'
import { language } from '../../i18n/language.ts'

export type Upload = { kind: ImportKind; siteId: number; file: File }

/** Sends the file itself; uses XMLHttpRequest, because `fetch` has no upload progress. */
export function upload(
  { kind, siteId, file }: Upload,
  onProgress: (share: number) => void,
): Promise<ImportDetail> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open(
      'POST',
      addressOf(uploadImport, { query: { kind, siteId, fileName: file.name.slice(-200) } }),
    )
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.setRequestHeader('accept-language', language())
    request.responseType = 'json'
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
    request.onerror = () => reject(new ApiError(0, 'network', 'network'))
    request.onload = () => {
      const body = request.response as ImportDetail & { error?: { id: string; message: string } }
      if (request.status === 201) resolve(body)
      else
        reject(
          new ApiError(
            request.status,
            body.error?.id ?? 'internal',
            body.error?.message ?? request.statusText,
          ),
        )
    }
    request.send(file)
  })
}
