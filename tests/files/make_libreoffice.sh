#!/bin/sh
# Make the files libreoffice.* and protected.xlsx beside this one: by LibreOffice, and by Office's
# encryption. Needs soffice (Calc and Writer) and: python -m pip install msoffcrypto-tool
set -eu
cd "$(dirname "$0")"
folder=$(mktemp -d)
printf '%s\n' 'id;body;day' '7;The guild urged a truce before winter.;2024-05-01' \
  '8;The council voted against a truce.;2024-05-02' '9;;2024-05-03' > "$folder/libreoffice.csv"
printf '%s\n' 'Talks Resume' '' 'The guild urged a truce before winter.' '' \
  'The council voted against a truce.' > "$folder/libreoffice.txt"
soffice --headless --convert-to ods:calc8 --infilter='CSV:59,34,76,1,,0,false,true' \
  --outdir . "$folder/libreoffice.csv"
soffice --headless --convert-to 'xlsx:Calc MS Excel 2007 XML' libreoffice.ods
soffice --headless --convert-to 'xls:MS Excel 97' libreoffice.ods
soffice --headless --convert-to 'docx:MS Word 2007 XML' --outdir . "$folder/libreoffice.txt"
msoffcrypto-tool -e -p lamp libreoffice.xlsx protected.xlsx
rm -r "$folder"
