// Photos: made small enough for a phone's network before they leave, then sent with progress.

const LONGEST = 1600;
const QUALITY = 0.82;
const SMALL = 400_000;

/** The server (or the page) will never take this; the message is the sentence to show. */
export class Refused extends Error {}

/** A JPEG of at most 1600 px; the file itself when it is small, or when this browser cannot read it (the server will say). */
export async function shrink(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    if (scale === 1 && file.size <= SMALL && file.type === "image/jpeg") return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff"; // a transparent drawing would turn black as JPEG
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return (await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY))) ?? file;
  } catch {
    return file;
  }
}

/** Send a picture; resolves to the name the server gave it. Rejects with Refused, or with another error when it may work later. */
export function upload(path, picture, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${path}/photo`);
    request.responseType = "json";
    request.timeout = 120_000;
    request.setRequestHeader("Content-Type", picture.type || "application/octet-stream");
    request.setRequestHeader("X-Linli", "1");
    request.upload.onprogress = (event) => event.lengthComputable && progress(Math.floor((100 * event.loaded) / event.total));
    request.onload = () => {
      if (request.status === 201) resolve(request.response.media);
      else if (request.response?.error) reject(new Refused(request.response.error));
      else reject(new Error(`upload: ${request.status}`));
    };
    request.onerror = request.ontimeout = () => reject(new Error("upload: no network"));
    request.send(picture);
  });
}
